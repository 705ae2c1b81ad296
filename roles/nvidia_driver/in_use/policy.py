"""The policy for a driver change while the GPU is in use."""

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
    """The parsed policy."""

    policy: str
    """One of refuse, wait and stage."""
    seconds: int = 0
    """The longest time to wait."""


def parse_policy(value: str) -> BusyPolicy:
    """Parse the setting ``when_busy``. Raises ValueError with a message of one line."""
    if value in {"refuse", "stage"}:
        return BusyPolicy(value)
    found = re.fullmatch(r"wait:([0-9]{1,6})([smhd])", value)
    seconds = int(found[1]) * UNITS[found[2]] if found else 0
    if 0 < seconds <= MOST_S:
        return BusyPolicy("wait", seconds)
    msg = f"{value!r} is not a policy for a GPU in use | {ALLOWED}"
    raise ValueError(msg)
