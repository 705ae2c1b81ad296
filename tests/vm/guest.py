"""What runs inside a machine, as reached over SSH."""

from __future__ import annotations

import shlex
import time
from pathlib import Path
from subprocess import CompletedProcess

from dlbox.sandbox.engine import BoxError, error_line
from tests.vm.power import Power
from tests.vm.ssh import Ssh

BOOT_ID = "/proc/sys/kernel/random/boot_id"


class Guest:
    """A machine's operating system."""

    def __init__(self, name: str, ssh: Ssh, power: Power) -> None:
        """Take note of how to reach it."""
        self.name = name
        self.ssh = ssh
        self.power = power

    @property
    def serial(self) -> str:
        """What it has said on its console, over all its boots."""
        log = self.ssh.folder / "serial.log"
        return log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""

    def wait_for_ssh(self, timeout: float = 300) -> None:
        """Wait until a login works."""
        end, fault = time.monotonic() + timeout, "it does not answer"
        while True:
            if self.ssh.answers():
                done = self.ssh.run("true", None, 60)
                if not done.returncode:
                    return
                fault = error_line(done)
            self._patience(end, f"no SSH ({fault})")

    def _patience(self, end: float, fault: str) -> None:
        """Wait a moment, or raise where it is off or the time is over."""
        if not self.power.is_on or time.monotonic() > end:
            last = " | ".join(self.serial.splitlines()[-5:])
            msg = f"{self.name}: {fault}; its console: {last}"
            raise BoxError(msg)
        time.sleep(0.2)

    def run(
        self,
        *argv: str,
        input: str | None = None,  # noqa: A002 - as subprocess.run calls it
        check: bool = True,
        timeout: float = 600,
    ) -> CompletedProcess[str]:
        """Run a command in it."""
        done = self.ssh.run(shlex.join(argv), input, timeout)
        if check and done.returncode:
            msg = f"{self.name} {argv[0]}: exit status {done.returncode}: {error_line(done)}"
            raise BoxError(msg)
        return done

    def copy_in(self, source: Path | str, target: str) -> None:
        """Copy a file or a folder of this machine into it."""
        self.ssh.copy(source, target)

    def inventory(self, folder: Path, **knobs: object) -> Path:
        """Write an inventory of pyinfra that names it, with its knobs."""
        file = folder / f"{self.name}.py"
        hosts = [(self.name, {**self.ssh.inventory(), **knobs})]
        file.write_text(f"boxes = {hosts!r}\n", encoding="utf-8")
        return file

    def reboot_id(self) -> str:
        """Return what is another after each boot."""
        return self.run("cat", BOOT_ID).stdout.strip()

    def reboot(self, timeout: float = 300) -> None:
        """Reboot it, and wait until it is back."""
        before, end = self.reboot_id(), time.monotonic() + timeout
        restarts = self.power.restarts
        self.run("systemctl", "reboot", check=False)
        self.ssh.hang_up()
        # The system that goes down still lets people in for a moment.
        while self.power.restarts == restarts:
            self._patience(end, "no reboot")
        while True:
            self.wait_for_ssh(end - time.monotonic())
            done = self.run("cat", BOOT_ID, check=False)
            if done.returncode == 0 and done.stdout.strip() != before:
                return
            # It may reboot once more by itself.
            self.ssh.hang_up()
            self._patience(end, "no login that lasts")

    def shut_down(self, timeout: float = 120) -> None:
        """Shut it down as a person would, and wait until it is off."""
        self.run("systemctl", "poweroff", check=False)
        self.ssh.hang_up()
        self.power.ended(timeout)
