"""Whether a lock is of a box, and the stack that it gives it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from roles.box.facts import Identity
from roles.jupyter.settings import Jupyter
from roles.lock.model import Lock
from roles.lock.stale import misfit
from roles.lock.wheel_locks import other_wheels
from roles.stack.model import Refused, Stack


def locked(box: Identity, data: Mapping[str, Any], lock: Lock) -> Stack:
    """Return the stack of the lock. Raises Refused where it is another box's."""
    wrong = misfit(lock, box.system, cards(box, data), data)
    if wrong:
        msg = f"{wrong} | ./dlbox lock --update, or take the lock of this box"
        raise Refused(msg)
    stack = Stack.model_validate_json(json.dumps({**lock.stack, "warnings": []}))
    wrong = other_wheels(lock, stack, Jupyter.of(data))
    if wrong:
        msg = f"{wrong} | take the dlbox that made the lock, or ./dlbox lock --update"
        raise Refused(msg)
    return stack


def cards(box: Identity, data: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the PCI ids of the cards that are declared, or else seen."""
    declared = data.get("box_gpus")
    return tuple(sorted(box.pci_gpus if declared is None else declared))
