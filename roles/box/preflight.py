"""What would stop a run half-way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from roles.base.settings import Base
from roles.box.facts import Identity
from roles.box.foreign import in_the_way
from roles.nvidia_driver.settings import NvidiaDriver
from roles.nvidia_driver.signing.decision import judge
from roles.stack.model import Refused, Stack


def preflight(
    box: Identity, stack: Stack, data: Mapping[str, Any], now: float, need_gb: float
) -> None:
    """Look for what would stop the run half-way. Raises Refused.

    ``now`` is the controller's clock; ``need_gb``: the disk that the run is still to take.
    """
    base, driver = Base.of(data), NvidiaDriver.of(data)
    judge(box, stack, box.mok, driver.signing)
    obstacle = in_the_way(box.foreign, adopt=driver.adopt, driver=stack.driver is not None)
    if obstacle:
        raise Refused(obstacle)
    skew = abs(now - box.clock)
    if skew > base.max_clock_skew_s:
        msg = f"its clock is {skew:.0f} s off the controller's; set it, or raise base_max_clock_skew_s"
        raise Refused(msg)
    need = need_gb if base.min_free_gb is None or not need_gb else base.min_free_gb
    if box.free_gb < need:
        msg = f"{box.free_gb:.1f} GB free where {need:.1f} GB are needed; free some, or lower base_min_free_gb"
        raise Refused(msg)
