"""A container box: run a command in it, copy files into it, remove it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess

from dlbox.sandbox.engine_command import BoxError, Engine, error_line
from dlbox.sandbox.mounts import keep


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
        self.engine.call("rm", "--force", "--volumes", self.name)
        for source in sources:
            keep(Path(source))

    def _inspect(self, wanted: str, *flags: str) -> str:
        args = ["container", "inspect", *flags, "--format", wanted, self.name]
        return self.engine.call(*args).stdout.strip()
