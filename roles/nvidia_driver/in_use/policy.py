"""What to do about a driver change while the GPU is in use."""

from __future__ import annotations

import re
from dataclasses import dataclass

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
MOST_S = 7 * UNITS["d"]
ALLOWED = (
    'allowed: "refuse", "stage", or "wait:" and at most 7 days, such as "wait:90s", "wait:2h"'
)


@dataclass(frozen=True)
class BusyPolicy:
    """A policy."""

    policy: str
    """refuse, wait or stage."""
    seconds: int = 0
    """How long to wait."""


def parse_policy(value: str) -> BusyPolicy:
    """Read the knob, or raise a ValueError of one line."""
    if value in {"refuse", "stage"}:
        return BusyPolicy(value)
    found = re.fullmatch(r"wait:([0-9]{1,6})([smhd])", value)
    seconds = int(found[1]) * UNITS[found[2]] if found else 0
    if 0 < seconds <= MOST_S:
        return BusyPolicy("wait", seconds)
    msg = f"{value!r} is not a policy for a GPU in use | {ALLOWED}"
    raise ValueError(msg)
