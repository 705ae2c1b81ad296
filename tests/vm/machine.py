"""One machine under QEMU: start it, use it, cut its power, bring it back to where it was."""

from __future__ import annotations

import shutil
import socket
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.vm.disk import overlay
from tests.vm.firmware import new_variables
from tests.vm.guest import Guest
from tests.vm.power import Power
from tests.vm.qemu import Hardware
from tests.vm.ssh import Ssh

PLAIN = Hardware()
DISK, VARIABLES = "disk.qcow2", "variables.qcow2"


@dataclass(frozen=True)
class Snapshot:
    """A machine as it was while it ran; any number of machines can go on from it."""

    folder: Path

    @property
    def disk(self) -> Path:
        """The disk, which must stay as it is."""
        return self.folder / DISK

    @property
    def memory(self) -> Path:
        """What was in memory and devices."""
        return self.folder / "memory"


class Machine(Guest):
    """A machine with a disk of its own over a base disk, which must stay as it is."""

    def __init__(self, name: str, base: Path, key: Path, hardware: Hardware = PLAIN) -> None:
        """Make the machine; it is off."""
        # Not below pytest's folders: the path of a socket has no more than 107 characters.
        self.folder = Path(tempfile.mkdtemp(prefix="dlbox-vm-"))
        ssh = Ssh(_free_port(), key, self.folder)
        super().__init__(name, ssh, Power(self.folder, ssh.port, hardware))
        overlay(base, self.folder / DISK)
        new_variables(self.folder / VARIABLES, secure_boot=hardware.secure_boot)

    @property
    def is_on(self) -> bool:
        """Whether it runs."""
        return self.power.is_on

    def start(self, *, no_reboot: bool = False, extra: Sequence[str] = ()) -> None:
        """Switch it on; with `no_reboot` a reboot switches it off."""
        self.power.on(extra, resets=not no_reboot)

    def power_cut(self) -> None:
        """Take its power away: what the guest has not written yet is lost."""
        self.power.off()
        self.ssh.hang_up()

    def qmp(self, command: str, **arguments: Any) -> Any:
        """Run one command of QEMU's own."""
        return self.power.qmp(command, **arguments)

    def pause(self) -> None:
        """Stop its processors."""
        self.qmp("stop")

    def resume(self) -> None:
        """Let its processors go on."""
        self.qmp("cont")

    def save(self, folder: Path) -> Snapshot:
        """Keep the running machine as it is now; it is off afterwards."""
        self.ssh.hang_up()
        snapshot = Snapshot(folder)
        self.power.save(snapshot.memory)
        for name in (DISK, VARIABLES):
            shutil.move(self.folder / name, folder / name)
        return snapshot

    def restore(self, snapshot: Snapshot, *, no_reboot: bool = False) -> None:
        """Go on from a snapshot; what this machine was before is lost."""
        self.power_cut()
        for name in (DISK, VARIABLES):
            (self.folder / name).unlink(missing_ok=True)
            overlay(snapshot.folder / name, self.folder / name)
        self.power.load(snapshot.memory, resets=not no_reboot)
        # It does not know how long it slept.
        self.run("date", "--set", f"@{time.time():.0f}")

    def remove(self) -> None:
        """End it, and remove all it wrote."""
        self.power.kill()
        self.ssh.hang_up()
        shutil.rmtree(self.folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
