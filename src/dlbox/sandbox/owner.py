"""Identify the process that made a box, so that boxes of a killed process can be removed."""

from __future__ import annotations

import os
from pathlib import Path

LABEL = "dlbox.maker"


def maker(pid: int | None = None) -> str:
    """Return a label that distinguishes a process from a later one with the same id; empty if it is gone."""
    try:
        stat = Path(f"/proc/{pid or os.getpid()}/stat").read_text(encoding="utf-8")
    except OSError:
        return ""
    # The program's name, in brackets, can contain anything; the start time is the 22nd field.
    started = stat.rpartition(")")[2].split()[19]
    return f"{pid or os.getpid()}-{started}"


def is_left_over(label: str) -> bool:
    """Return whether the process that made a box, according to the box's label, is gone."""
    pid = label.partition("-")[0]
    return pid.isdigit() and maker(int(pid)) != label
