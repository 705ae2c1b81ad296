"""What became of each box in this run, for the summary and the exit code."""

from __future__ import annotations

from dataclasses import dataclass

from roles.box.plan import Plan


@dataclass
class Outcome:
    """One box's run."""

    plan: Plan | None = None
    """What it was to get; None: it was refused, or never reached."""
    failed: str | None = None
    """Why it did not get it."""
    refused: bool = False
    """It failed before anything on it was changed."""
    reboot: str | None = None
    """Why a reboot is pending."""
    jupyter: int | None = None
    """Port JupyterLab answers on; None: it does not run."""
    dry: bool = False
    """Nothing was to be changed in this run."""


OUTCOMES: dict[str, Outcome] = {}


def outcome(box: str) -> Outcome:
    """Return the box's outcome, to be written to."""
    return OUTCOMES.setdefault(box, Outcome())
