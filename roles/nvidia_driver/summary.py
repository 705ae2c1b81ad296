"""The driver's part of the summary of a run."""

from __future__ import annotations

from dlbox.host.identity import Identity
from dlbox.plan.role import SummaryRows
from dlbox.settings.schema import Settings
from dlbox.stack.model import Stack
from roles.nvidia_driver.settings import NvidiaDriver


def rows(settings: Settings, stack: Stack, box: Identity, host: str) -> SummaryRows:
    """Return a warning where the next boot would have no accelerated display."""
    del host
    if stack.driver is None or not box.display or settings[NvidiaDriver].desktop:
        return SummaryRows()
    what = "a display manager runs, and the next boot has no accelerated display"
    return SummaryRows(
        warnings=(f"{what}; if somebody sits there: nvidia_driver_desktop = True",)
    )
