"""Whose boxes these are: those of a process that was killed are in nobody's way."""

from __future__ import annotations

import os
from pathlib import Path

LABEL = "dlbox.maker"


def maker(pid: int | None = None) -> str:
    """Return what tells a process from a later one of the same number; empty when it is gone."""
    try:
        stat = Path(f"/proc/{pid or os.getpid()}/stat").read_text(encoding="utf-8")
    except OSError:
        return ""
    # The program's name, in brackets, may hold anything; the start time is the 22nd field of all.
    started = stat.rpartition(")")[2].split()[19]
    return f"{pid or os.getpid()}-{started}"


def is_left_over(label: str) -> bool:
    """Say whether the process that made a box, by the box's label, is gone."""
    pid = label.partition("-")[0]
    return pid.isdigit() and maker(int(pid)) != label
