"""The knobs that decide what a box becomes; the others decide how, from where and by whose command."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from roles.knobs import known

CARDS = ("box_gpus",)
"""A lock names the cards themselves, be they declared or on the bus."""
PLACES = (
    *("box_lock", "box_bundle", "box_snapshot", "box_rollback_gb"),
    *(
        "base_ca_bundle",
        "nvidia_archive_url",
        "nvidia_archive_key",
        "nvidia_driver_module_cache",
    ),
)
"""Where things come from and are kept: another network or controller gives the same box."""
CONDUCT = (
    *("base_min_free_gb", "base_max_clock_skew_s", "nvidia_driver_when_busy"),
    *("nvidia_driver_reboot", "nvidia_driver_reboot_timeout_s", "nvidia_driver_adopt"),
)
"""How a run goes about it: people set these for one run."""
LEFT_OUT = frozenset((*CARDS, *PLACES, *CONDUCT))


def lasting(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the knobs of good host data that are not at their default, and not of one run alone."""
    said = {
        knob: value for knob, value in known(data).items() if knob not in (*PLACES, *CONDUCT)
    }
    plain: dict[str, Any] = json.loads(json.dumps(said, sort_keys=True))
    return plain


def locked_knobs(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a lock says of good host data."""
    return {knob: value for knob, value in lasting(data).items() if knob not in CARDS}


def differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> str | None:
    """Return the first knob, of two locks' or boxes', that differs; None: they agree."""
    knobs = sorted({*one, *other})
    return next((knob for knob in knobs if one.get(knob) != other.get(knob)), None)


def told(knobs: Mapping[str, Any], knob: str) -> str:
    """Return the value of a knob, for a person."""
    return repr(knobs[knob]) if knob in knobs else "its default"
