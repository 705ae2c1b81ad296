"""What became of comparing each box, for people, for programs and as an exit code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from roles.box.drift import Change, as_data, told

FAILED, DRIFT = 1, 6


@dataclass(frozen=True)
class Compared:
    """One box."""

    changes: tuple[Change, ...] = ()
    refused: str | None = None
    """Why its settings give no stack any more, so that only what was done to the box is told."""
    failed: str | None = None
    """Why it could not be compared."""
    pending: tuple[str, ...] = ()
    """What its last ``up`` left to do."""


COMPARED: dict[str, Compared] = {}
"""By box; one that did not answer is not in it."""
LOST = Compared(failed="no answer; see above")


def exit_code(boxes: Mapping[str, Compared]) -> int:
    """Return the code for all of them: one that was not compared counts before one that differs."""
    if any(box.failed for box in boxes.values()):
        return FAILED
    return DRIFT if any(box.changes for box in boxes.values()) else 0


def lines(name: str, box: Compared) -> list[str]:
    """Return the lines about a box for a person."""
    if box.failed:
        return [f"{name}: {box.failed}"]
    refused = f"  its settings are refused, so only the box itself is told of: {box.refused}"
    return [
        *told(name, box.changes),
        *([refused] if box.refused else []),
        *(f"  pending since the last up: {reason}" for reason in box.pending),
    ]


def data(box: Compared) -> dict[str, Any]:
    """Return the same for programs."""
    return {**vars(box), "changes": as_data(box.changes)}
