"""Run the tools of this machine that make and start machines."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path
from subprocess import CompletedProcess
from typing import IO, Any

from dlbox.sandbox.engine import BoxError, error_line


def call(
    argv: Sequence[str | Path | int],
    *,
    text: str | None = None,
    stdin: IO[bytes] | None = None,
    timeout: float = 120,
) -> str:
    """Return what a command says, or raise with the line that tells why it failed."""
    words = [str(word) for word in argv]
    given: dict[str, Any] = {"stdin": stdin} if stdin else {"input": text or ""}
    try:
        done: CompletedProcess[str] = subprocess.run(
            words, **given, timeout=timeout,
            text=True, errors="replace", capture_output=True, check=False,
        )  # fmt: skip
    except (FileNotFoundError, subprocess.TimeoutExpired) as fault:
        msg = f"{words[0]}: {fault}"
        raise BoxError(msg) from None
    if done.returncode:
        msg = f"{words[0]}: exit status {done.returncode}: {error_line(done)}"
        raise BoxError(msg)
    return done.stdout
