"""One box's plan: what it is and what it gets; or why it gets nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from roles.box.digest import digest
from roles.box.facts import Identity
from roles.box.owned import Owned
from roles.box.settings import Box
from roles.lock.fit import locked
from roles.lock.given import BEST, Given
from roles.lock.model import Lock
from roles.nvidia_archive.content import key
from roles.nvidia_archive.settings import NvidiaArchive
from roles.owned import owned
from roles.stack.bus import cards_and_switches
from roles.stack.model import Refusal, Refused, Stack
from roles.stack.solve import solve
from roles.wishes import KNOB_OF, more_toolkits, remedy, wishes

ARCHITECTURES = ("x86_64",)


@dataclass(frozen=True)
class Plan:
    """What every role is given."""

    box: Identity
    stack: Stack
    owned: Owned
    """What the roles will own on the box."""
    digest: str
    """Of everything that decides what they do there."""
    given: Given = BEST

    @property
    def lock(self) -> Lock | None:
        """What the box is to be, to the byte; None: what fits best today."""
        return self.given.lock


def plan(
    box: Identity,
    data: Mapping[str, Any],
    today: date,
    given: Given = BEST,
) -> Plan:
    """Solve the stack of a box, or take its lock's. Raises Refused."""
    if box.arch not in ARCHITECTURES:
        msg = f"its architecture is {box.arch}; only {', '.join(ARCHITECTURES)} is supported"
        raise Refused(msg)
    lock = given.lock
    stack = locked(box, data, lock) if lock else _solved(box, data, today)
    mine = owned(stack, data)
    return Plan(box, stack, mine, digest(box, stack, data, mine, given), given)


def _solved(box: Identity, data: Mapping[str, Any], today: date) -> Stack:
    declared = Box.of(data).gpus
    bus = (*box.pci_gpus, *box.bridges)
    cards, switches = cards_and_switches(bus if declared is None else declared)
    answer = solve(
        cards,
        box.system,
        wishes(data),
        today=today,
        switches=switches,
        kernels=box.kernels,
        remedy=remedy(data),
        secure_boot=box.secure_boot and not box.mok.enrolled,
        more_toolkits=more_toolkits(data),
    )
    if isinstance(answer, Refusal):
        raise Refused(told(answer))
    if answer.repository:
        key(answer.repository, NvidiaArchive.of(data))
    unlocked = [row for row in answer.frameworks.values() if not row.locked]
    if unlocked:
        msg = f"{unlocked[0].lock} is not locked by hash; run ./dlbox catalog --lock {unlocked[0].lock}"
        raise Refused(msg)
    return answer


def told(refusal: Refusal) -> str:
    """Return a refusal in one line, the remedy in the words of the knobs."""
    if refusal.nearest is None:
        return refusal.because
    word, _, value = refusal.nearest.partition("=")
    knob = KNOB_OF.get(word, word)
    releases = [] if value == "none" else [value]
    remedy = f"{knob} = {releases if word == 'cuda' else value!r}"
    return f"{refusal.because}; what would do: {remedy}"
