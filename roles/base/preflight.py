"""The preflight of the box itself: its clock and its free disk space."""

from __future__ import annotations

from dlbox.plan.role import Preflight
from dlbox.stack.model import Refused
from roles.base.settings import Base


def check(preflight: Preflight) -> None:
    """Check that the clock is right and the disk has room. Raises Refused."""
    base, box = preflight.settings[Base], preflight.box
    skew = abs(preflight.now - box.clock)
    if skew > base.max_clock_skew_s:
        msg = f"its clock is {skew:.0f} s off the controller's | set it, or raise base_max_clock_skew_s"
        raise Refused(msg)
    need = preflight.need_gb
    if base.min_free_gb is not None and need:
        need = base.min_free_gb
    if box.free_gb < need:
        msg = f"{box.free_gb:.1f} GB free where {need:.1f} GB are needed | free some, or lower base_min_free_gb"
        raise Refused(msg)
