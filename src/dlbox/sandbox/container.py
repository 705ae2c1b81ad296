"""Start, find, use and remove container boxes."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess

from dlbox.sandbox.cleanup import LABEL, is_left_over, maker
from dlbox.sandbox.engine import BoxError, Engine, engine, error_line
from dlbox.sandbox.mounts import ARCHIVES, Mount, ca_mounts, keep, proxy_flags


@dataclass(frozen=True)
class Container:
    """A box that runs in a container."""

    engine: Engine
    name: str

    @property
    def host(self) -> str:
        """Return the box's name in a pyinfra inventory."""
        return f"@{self.engine.name}/{self.name}"

    @property
    def testinfra(self) -> str:
        """Return the box's name for testinfra."""
        return f"{self.engine.name}://{self.name}"

    @property
    def address(self) -> str:
        """Return the box's IP address, as seen from this machine. Raises BoxError."""
        each = "{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}"
        found = self._inspect(each).split()
        if not found:
            msg = f"{self.name} has no address of its own (a rootless network has none)"
            raise BoxError(msg)
        return found[0]

    def run(
        self,
        *argv: str,
        input: str | None = None,  # noqa: A002 - as subprocess.run calls it
        check: bool = True,
        timeout: float = 600,
    ) -> CompletedProcess[str]:
        """Run a command in the box and return its result. Raises BoxError."""
        stdin = ["--interactive"] if input is not None else []
        args = ["exec", *stdin, self.name, *argv]
        done = self.engine.call(*args, stdin=input, check=False, timeout=timeout)
        if check and done.returncode:
            msg = f"{self.name} {argv[0]}: exit status {done.returncode}: {error_line(done)}"
            raise BoxError(msg)
        return done

    def copy_in(self, source: Path | str, target: str) -> None:
        """Copy a file or a folder from this machine into the box."""
        self.engine.call("cp", str(source), f"{self.name}:{target}", timeout=600)

    @contextmanager
    def cut_off(self) -> Iterator[None]:
        """Disconnect the box from all networks except its loopback, for the duration of the context."""
        networks = self._inspect(
            "{{range $name, $_ := .NetworkSettings.Networks}}{{$name}} {{end}}"
        )
        for network in networks.split():
            self.engine.call("network", "disconnect", network, self.name)
        try:
            yield
        finally:
            for network in networks.split():
                self.engine.call("network", "connect", network, self.name)

    def disk_bytes(self) -> int:
        """Return the bytes that the box has written on top of its image; mounts do not count."""
        return int(self._inspect("{{.SizeRw}}", "--size"))

    def label(self, name: str) -> str:
        """Return one of the box's labels; empty if it has no label of that name."""
        return self._inspect(f'{{{{with index .Config.Labels "{name}"}}}}{{{{.}}}}{{{{end}}}}')

    def remove(self) -> None:
        """Remove the box, and keep its downloads in the cache."""
        sources = self._inspect('{{range .Mounts}}{{.Source}}{{"\\n"}}{{end}}').splitlines()
        # Killed first, because podman's `rm --force` waits for the init of a box that has none.
        self.engine.call("kill", self.name, check=False)
        done = self.engine.call("rm", "--force", "--volumes", self.name, check=False)
        # The engine may have been first: it removes a disposable box whose init has ended.
        if done.returncode and self._exists():
            msg = f"{self.name} cannot be removed: {error_line(done)}"
            raise BoxError(msg)
        for source in sources:
            keep(Path(source))

    def _exists(self) -> bool:
        return not self.engine.call("container", "inspect", self.name, check=False).returncode

    def _inspect(self, wanted: str, *flags: str) -> str:
        args = ["container", "inspect", *flags, "--format", wanted, self.name]
        return self.engine.call(*args).stdout.strip()


__all__ = ["Container", "boxes", "remove_all", "start"]

BOOT_S = 60
KEEP_DOWNLOADS = 'APT::Keep-Downloaded-Packages "true";\n'
KEEP_FILE = "/etc/apt/apt.conf.d/99keep-downloads"


def start(  # noqa: PLR0913 - each is a word of the engine's own
    name: str,
    image: str,
    *,
    systemd: bool = True,
    disposable: bool = False,
    mounts: Sequence[Mount] = (),
    publish: Sequence[str] = (),
    network: str | None = None,
    capabilities: Sequence[str] = (),
) -> Container:
    """Start a box, wait until it has booted and return it. Raises BoxError.

    A box that does not boot is removed again. A ``disposable`` one is faster, and gone once it stops.
    """
    _remove_left_over(name)
    flags = [*_flags(mounts, publish, network), *(f"--cap-add={each}" for each in capabilities)]
    box = Container(engine(), name)
    flags += box.engine.disposable_flags if disposable else ()
    try:
        _launch(box, image, flags, systemd=systemd)
        if any(mount.target == ARCHIVES for mount in mounts):
            box.run("tee", KEEP_FILE, input=KEEP_DOWNLOADS)
    except (BoxError, KeyboardInterrupt):
        box.engine.call("rm", "--force", "--volumes", name, check=False)
        for mount in mounts:
            keep(mount.source)
        raise
    return box


def _remove_left_over(name: str) -> None:
    existing = next((box for box in boxes(name) if box.name == name), None)
    if existing is None:
        return
    if not is_left_over(existing.label(LABEL)):
        msg = f"there is a box {name} already; remove it first"
        raise BoxError(msg)
    existing.remove()


def _flags(mounts: Sequence[Mount], publish: Sequence[str], network: str | None) -> list[str]:
    return [
        f"--label={LABEL}={maker()}",
        # SELinux must not relabel a bundle of this machine, so the boxes run unlabelled.
        "--security-opt=label=disable",
        *(mount.flag() for mount in (*ca_mounts(), *mounts)),
        *proxy_flags(os.environ),
        *(f"--publish={port}" for port in publish),
        *([f"--network={network}"] if network else []),
    ]


def _launch(box: Container, image: str, flags: list[str], *, systemd: bool) -> None:
    command = ["/sbin/init"] if systemd else ["sleep", "infinity"]
    init = box.engine.systemd_flags if systemd else ()
    named = (f"--name={box.name}", f"--hostname={box.name}")
    box.engine.call("run", "--detach", *named, *init, *flags, image, *command)
    if systemd:
        _await_boot(box)


def _await_boot(box: Container) -> None:
    state, end = "", time.monotonic() + BOOT_S
    while time.monotonic() < end:
        state = box.run("systemctl", "is-system-running", check=False).stdout.strip()
        if state in ("running", "degraded"):
            return
        time.sleep(0.3)
    journal = box.run("journalctl", "--no-pager", "--lines=8", "--output=cat", check=False)
    logs = journal if journal.stdout else box.engine.call("logs", box.name, check=False)
    last = "; ".join((logs.stdout + logs.stderr).strip().splitlines()[-8:])
    msg = f"{box.name} did not boot in {BOOT_S} s ({state or 'no answer'}): {last}"
    raise BoxError(msg)


def boxes(prefix: str) -> list[Container]:
    """Return the boxes whose names start with ``prefix``."""
    names = engine().call("ps", "--all", "--format", "{{.Names}}").stdout.split()
    return [Container(engine(), name) for name in sorted(names) if name.startswith(prefix)]


def remove_all(prefix: str) -> None:
    """Remove the boxes whose names start with ``prefix``."""
    for box in boxes(prefix):
        box.remove()
