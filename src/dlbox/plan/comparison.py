"""How one box differs from its record and its settings."""

from __future__ import annotations

from dataclasses import dataclass

from dlbox.state.drift import Change


@dataclass(frozen=True)
class Comparison:
    """Comparison of one box with its record and its settings."""

    changes: tuple[Change, ...] = ()
    refused: str | None = None
    """Reason why its settings no longer give a stack, so that only changes on the box itself
    are reported."""
    failed: str | None = None
    """Reason why the box could not be compared."""
    pending: tuple[str, ...] = ()
    """What its last ``up`` left to do."""
