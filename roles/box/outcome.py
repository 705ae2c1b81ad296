"""What became of each box in this run, for the summary and the exit code."""

from __future__ import annotations

from dataclasses import dataclass, field

from roles.box.plan import Plan


@dataclass
class Outcome:
    """One box's run."""

    plan: Plan | None = None
    refused: str | None = None
    reboot: str | None = None
    """Why a reboot is pending."""
    notes: list[str] = field(default_factory=list)
    """What the owner should know or do next, one line each."""


OUTCOMES: dict[str, Outcome] = {}


def outcome(box: str) -> Outcome:
    """Return the box's outcome, to be written to."""
    return OUTCOMES.setdefault(box, Outcome())
