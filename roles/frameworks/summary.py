"""The frameworks' part of the summary of a run."""

from __future__ import annotations

from dlbox.host.identity import Identity
from dlbox.plan.role import SummaryRows
from dlbox.settings.schema import Settings
from dlbox.stack.model import Stack


def rows(settings: Settings, stack: Stack, box: Identity, host: str) -> SummaryRows:
    """Return how to enter the first venv."""
    del settings, box, host
    return SummaryRows(next=tuple(f"dlbox-env {name}" for name in list(stack.frameworks)[:1]))
