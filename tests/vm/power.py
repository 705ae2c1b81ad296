"""QEMU's side of a machine: on, off, paused, saved and restored."""

from __future__ import annotations

import contextlib
import shlex
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Thread
from typing import Any

from dlbox.sandbox.engine import BoxError
from tests.vm.qemu import Hardware, command
from tests.vm.qmp import Qmp, was_reset

UNLIMITED = 2**40


class Power:
    """Runs the QEMU of one folder."""

    def __init__(self, folder: Path, port: int, hardware: Hardware) -> None:
        """Take note; it is off."""
        self.folder = folder
        self.port = port
        self.hardware = hardware
        self._qemu: subprocess.Popen[bytes] | None = None
        self._watch: Thread | None = None
        self._resets = True
        self.restarts = 0
        """How often the guest has asked for a reset and gone on after it."""

    @property
    def is_on(self) -> bool:
        """Whether QEMU runs, or is about to run again after a reset."""
        watched = self._watch is not None and self._watch.is_alive()
        return watched or (self._qemu is not None and self._qemu.poll() is None)

    def qmp(self, command: str, **arguments: Any) -> Any:
        """Run one command of QEMU's own."""
        with Qmp(self.folder / "qmp") as qmp:
            return qmp(command, **arguments)

    def on(
        self, words: Sequence[str] = (), *, once: Sequence[str] = (), resets: bool = True
    ) -> None:
        """Start QEMU, and wait until it listens; without `resets` a reset switches it off."""
        self._resets = resets
        self._start([*words, *once])
        self._watch = Thread(target=self._restart, args=(words,), daemon=True)
        self._watch.start()

    def _start(self, words: Sequence[str]) -> None:
        argv = command(self.hardware, self.folder, self.port, words)
        with (self.folder / "qemu.log").open("wb") as log:
            self._qemu = subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        self._until(self._listens, 60)

    def _restart(self, words: Sequence[str]) -> None:
        # Emulation crawls, for minutes, where firmware or kernel write over what was code
        # before the reset; a new QEMU has translated nothing yet.
        while was_reset(self.folder / "events") and self._resets and self._qemu:
            self._qemu.wait()
            self._start(words)
            self.restarts += 1

    def off(self) -> None:
        """End QEMU at once, as a power cut does; its disk files stay whole."""
        self._resets = False
        if self.is_on:
            self.qmp("quit")
            self.ended(30)

    def kill(self) -> None:
        """End QEMU whatever state it is in."""
        self._resets = False
        if self._qemu:
            self._qemu.kill()
            self.ended(30)

    def ended(self, timeout: float) -> None:
        """Wait for QEMU to end by itself."""
        if self._watch:
            self._watch.join(timeout)
        if self._qemu:
            self._qemu.wait(timeout)

    def save(self, memory: Path) -> None:
        """Write the machine's memory and devices to a file, and end it."""
        self.qmp("stop")
        self.qmp("migrate-set-parameters", **{"max-bandwidth": UNLIMITED})
        self.qmp("migrate", uri=f"exec:cat >{shlex.quote(str(memory))}")
        self._until(self._migrated, 300)
        self.off()

    def load(self, memory: Path, *, resets: bool = True) -> None:
        """Start QEMU where a saved machine was."""
        source = f"exec:cat {shlex.quote(str(memory))}"
        self.on(once=["-incoming", source], resets=resets)
        self._until(lambda: self.qmp("query-status")["status"] == "paused", 300)
        self.qmp("cont")

    def _listens(self) -> bool:
        with contextlib.suppress(OSError):
            return bool(self.qmp("query-status"))
        return False

    def _migrated(self) -> bool:
        state = self.qmp("query-migrate")
        if state.get("status") == "failed":
            msg = f"qemu migrate: {state.get('error-desc', 'failed')}"
            raise BoxError(msg)
        return bool(state.get("status") == "completed")

    def _until(self, true: Callable[[], bool], timeout: float) -> None:
        end = time.monotonic() + timeout
        while not true():
            if (self._qemu and self._qemu.poll() is not None) or time.monotonic() > end:
                said = (self.folder / "qemu.log").read_text(errors="replace").splitlines()
                msg = f"qemu: {(said or [f'no answer in {timeout:g} s'])[-1]}"
                raise BoxError(msg)
            time.sleep(0.1)
