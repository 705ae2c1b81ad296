"""Check whether a lock fits a box, and return the stack that it gives the box."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from dlbox.host.identity import Identity
from dlbox.lockfile.model import Lock
from dlbox.lockfile.wheels import other_wheels
from dlbox.settings.schema import Settings
from dlbox.settings.scope import first_difference, format_value
from dlbox.stack.model import Refused, Stack

WheelLocks = Callable[[Settings, Stack], Mapping[str, str | None]]


def locked_stack(
    box: Identity, settings: Settings, lock: Lock, wheel_locks: WheelLocks
) -> Stack:
    """Return the stack of the lock. Raises Refused if the lock does not fit the box."""
    wrong = mismatch(lock, box.system, hardware_ids(box, settings), settings.locked())
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
    """Return the PCI ids of the declared cards, or else of the cards on the bus, sorted."""
    declared = settings.host.gpus
    return tuple(sorted(box.pci_gpus if declared is None else declared))


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
