"""Scope of a setting: what the box becomes, or only how and from where it gets there."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any


class Scope(Enum):
    """What a setting decides. Annotate its field with a scope; the default is ``BOX``."""

    BOX = "box"
    """What the box becomes. A lock and a generation hold it."""
    HARDWARE = "hardware"
    """Which cards the box has. A lock names the cards themselves, declared or on the bus."""
    LOCATION = "location"
    """Where things come from and are kept; another network or controller gives the same box."""
    RUN_POLICY = "run policy"
    """How one run proceeds."""


OF_ONE_RUN = frozenset({Scope.LOCATION, Scope.RUN_POLICY})


def first_difference(one: Mapping[str, Any], other: Mapping[str, Any]) -> str | None:
    """Return the first setting that differs between two locks or boxes; None: they agree."""
    names = sorted({*one, *other})
    return next((name for name in names if one.get(name) != other.get(name)), None)


def format_value(settings: Mapping[str, Any], name: str) -> str:
    """Return the value of a setting, as text for a person."""
    return repr(settings[name]) if name in settings else "its default"
