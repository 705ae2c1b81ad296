"""Whether a lock is of a box, and whether it would be made otherwise today."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from roles.lock.knobs import differing, locked_knobs, told
from roles.lock.model import Lock


def misfit(
    lock: Lock, system: str, cards: Iterable[str], data: Mapping[str, Any]
) -> str | None:
    """Return in one line why a lock is not of a box; None: it is.

    ``cards``: PCI ids, one per card, in any order; ``data``: the box's host data.
    """
    if lock.system != system:
        return f"the lock is of {lock.system}, the box is {system}"
    there = list(cards)
    if Counter(lock.cards) != Counter(there):
        return f"the lock is of {_cards(lock.cards)}, the box has {_cards(there)}"
    knobs = locked_knobs(data)
    knob = differing(lock.knobs, knobs)
    if knob:
        return f"the lock has {knob} = {told(lock.knobs, knob)}, the box {told(knobs, knob)}"
    return None


def outdated(lock: Lock, catalog: str, tool: str) -> str | None:
    """Return in one line why a lock would be made otherwise today; None: it would not.

    That is no reason to refuse it: a lock is there so that nothing moves. ``catalog``: the
    catalogue's digest; ``tool``: the version of dlbox.
    """
    if lock.catalog != catalog:
        return f"the catalogue has changed since the lock was made on {lock.day}"
    if lock.tool != tool:
        return f"the lock was made by dlbox {lock.tool}, this is {tool}"
    return None


def _cards(ids: Iterable[str]) -> str:
    counts = Counter(ids)
    return ", ".join(f"{counts[one]} x {one}" for one in sorted(counts)) or "no GPU"
