"""Check whether a lock fits a box and this dlbox, and read the stack that it gives."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from dlbox.host.cards import planned_cards
from dlbox.host.identity import Identity
from dlbox.host.layout import lock_text
from dlbox.lockfile.model import Lock
from dlbox.settings.model import first_difference, format_value
from dlbox.settings.schema import Settings
from dlbox.stack.model import Refused, Stack

HASH = re.compile("sha256:([0-9a-f]{64})")
PINNED = re.compile(r"^([a-z0-9][a-z0-9.-]*)==(\S+) \\$", re.MULTILINE)
"""Matches the wheels that every box gets, whatever its Python."""


def other_wheels(lock: Lock, names: Iterable[str]) -> str | None:
    """Return in one line why dlbox would install other wheels than a lock; None: it would not.

    ``names``: dlbox's own wheel locks that the box would get. A lock that is made from a
    generation names no wheels: the box has their folders.
    """
    if not lock.wheels:
        return None
    try:
        texts = [lock_text(name) for name in names]
    except FileNotFoundError as error:
        return f"this dlbox has no {error.filename}"
    allowed = {digest for text in texts for digest in HASH.findall(text)}
    for wheel in lock.wheels:
        if wheel.sha256 not in allowed:
            return f"the lock has {wheel.name} {wheel.version}, which this dlbox no longer installs"
    pinned = {pin for text in texts for pin in PINNED.findall(text)}
    new = pinned - {(wheel.name, wheel.version) for wheel in lock.wheels}
    if new:
        return f"this dlbox installs {' '.join(min(new))}, which the lock does not have"
    return None


WheelLocks = Callable[[Settings, Stack], Mapping[str, str | None]]


def locked_stack(
    box: Identity,
    settings: Settings,
    lock: Lock,
    wheel_locks: WheelLocks,
    *,
    any_cards: bool = False,
) -> Stack:
    """Return the stack of the lock. Raises Refused if the lock does not fit the box.

    ``any_cards``: the lock is of a generation of this box, which may have lost a card since.
    """
    cards = lock.cards if any_cards else hardware_ids(box, settings)
    wrong = mismatch(lock, box.system, cards, settings.locked())
    if wrong:
        msg = f"{wrong} | ./dlbox lock --update, or take the lock of this box"
        raise Refused(msg)
    stack = Stack.model_validate_json(json.dumps({**lock.stack, "warnings": []}))
    wrong = other_wheels(lock, wheel_locks(settings, stack))
    if wrong:
        msg = f"{wrong} | take the dlbox that made the lock, or ./dlbox lock --update"
        raise Refused(msg)
    return stack


def hardware_ids(box: Identity, settings: Settings) -> tuple[str, ...]:
    """Return the PCI ids of the GPUs that a plan is made for, and of declared switches, sorted."""
    ids = (card.id for card in planned_cards(box, settings))
    declared = settings.host.gpus is not None
    return tuple(sorted(one for one in ids if declared or one.startswith("10de:")))


def mismatch(
    lock: Lock, system: str, cards: Iterable[str], settings: Mapping[str, object]
) -> str | None:
    """Return in one line why a lock does not fit a box; None: it fits.

    ``cards``: PCI ids, one per card, in any order. ``settings``: the box's settings, as a lock
    would hold them.
    """
    if lock.system != system:
        return f"the lock is of {lock.system}, the box is {system}"
    present = list(cards)
    if Counter(lock.cards) != Counter(present):
        return f"the lock is of {_cards(lock.cards)}, the box has {_cards(present)}"
    name = first_difference(lock.knobs, settings)
    if name:
        locked, here = format_value(lock.knobs, name), format_value(settings, name)
        return f"the lock has {name} = {locked}, the box {here}"
    return None


def _cards(ids: Iterable[str]) -> str:
    counts = Counter(ids)
    return ", ".join(f"{counts[one]} x {one}" for one in sorted(counts)) or "no GPU"
