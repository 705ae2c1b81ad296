"""Programs of this machine that are asked about the world outside."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path


class Unreadable(Exception):  # noqa: N818 - the world's state, not a malfunction
    """Something outside could not be read; the text says what, and why."""


def output(
    *argv: str, cwd: Path | None = None, environment: Mapping[str, str] | None = None
) -> str:
    """Return what a program printed; its last word of complaint where it failed."""
    try:
        done = subprocess.run(
            argv,
            cwd=cwd,
            env={**os.environ, **(environment or {})},
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError as missing:
        msg = f"{argv[0]} is not installed"
        raise Unreadable(msg) from missing
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        msg = f"{Path(argv[0]).name}: {last}"
        raise Unreadable(msg)
    return done.stdout
