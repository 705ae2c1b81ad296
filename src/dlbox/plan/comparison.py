"""How one box differs from its record and its settings."""

from __future__ import annotations

from dataclasses import dataclass

from dlbox.state.drift import Change


@dataclass(frozen=True)
class Comparison:
    """One box."""

    changes: tuple[Change, ...] = ()
    refused: str | None = None
    """Why its settings give no stack any more, so that only what was done to the box is told."""
    failed: str | None = None
    """Why it could not be compared."""
    pending: tuple[str, ...] = ()
    """What its last ``up`` left to do."""
