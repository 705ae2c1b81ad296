"""Shell of a box, run on this machine."""

from __future__ import annotations

import subprocess


def shell(script: str, said: str = "", *words: str) -> list[str]:
    """Run shell as a box would; return the lines it prints."""
    done = subprocess.run(
        ["sh", "-eu", "-c", script, "test", *words],
        input=said,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()
