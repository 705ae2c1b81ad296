"""A container engine on this machine, and how to call it."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from subprocess import CompletedProcess

MISSING = "not installed"


class BoxError(RuntimeError):
    """A box could not be made or used; the message is one line for a person."""


class NoEngine(BoxError):  # noqa: N818 - the name says it
    """No container engine on this machine can run a container."""


def execute(
    argv: Sequence[str],
    env: Mapping[str, str],
    *,
    stdin: str | None = None,
    timeout: float | None = 120,
) -> CompletedProcess[str]:
    """Run a command on this machine and return its result.

    A missing program gives exit status 127, a timeout 124.
    """
    full = {**os.environ, **env}
    try:
        return subprocess.run(
            argv, env=full, input=stdin or "", timeout=timeout,
            text=True, errors="replace", capture_output=True, check=False,
        )  # fmt: skip
    except FileNotFoundError:
        return CompletedProcess(argv, 127, "", MISSING)
    except subprocess.TimeoutExpired:
        return CompletedProcess(argv, 124, "", f"no end after {timeout:g} s")


@dataclass(frozen=True)
class Engine:
    """A way to run containers on this machine."""

    name: str
    """`podman` or `docker`: the command, pyinfra's connector and testinfra's backend."""
    env: Mapping[str, str] = field(default_factory=dict)
    systemd_flags: tuple[str, ...] = ("--systemd=always",)

    def environment(self) -> dict[str, str]:
        """Return the variables that os.environ needs so that plain `podman exec` works for others."""
        return dict(self.env)

    def call(
        self, *args: str, stdin: str | None = None, check: bool = True, timeout: float = 120
    ) -> CompletedProcess[str]:
        """Run one command of the engine and return its result. Raises BoxError."""
        done = execute([self.name, *args], self.env, stdin=stdin, timeout=timeout)
        if check and done.returncode:
            msg = f"{self.name} {args[0]}: {error_line(done)}"
            raise BoxError(msg)
        return done


def error_line(done: CompletedProcess[str]) -> str:
    """Return the line that says why a command failed, skipping mere warnings."""
    lines = [line.strip() for line in (done.stderr or done.stdout).splitlines() if line.strip()]
    errors = [
        line for line in lines if re.match(r"(e|error|cannot\b.*|docker):", line, re.IGNORECASE)
    ]
    # The first error is the cause; the later ones are programs that gave up because of it.
    return (errors[:1] or lines[-1:] or [f"exit status {done.returncode}"])[0]
