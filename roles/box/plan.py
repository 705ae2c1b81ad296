"""One box's plan: what it is and what it gets; or why it gets nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from roles.base.settings import Base
from roles.box.facts import Identity
from roles.box.foreign import in_the_way
from roles.box.settings import Box
from roles.nvidia_archive.content import key
from roles.nvidia_archive.settings import NvidiaArchive
from roles.nvidia_driver.settings import NvidiaDriver
from roles.nvidia_driver.signing.decision import judge
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


def plan(box: Identity, data: Mapping[str, Any], today: date) -> Plan:
    """Solve the stack of a box. Raises Refused."""
    if box.arch not in ARCHITECTURES:
        msg = f"its architecture is {box.arch}; only {', '.join(ARCHITECTURES)} is supported"
        raise Refused(msg)
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
    return Plan(box, answer)


def told(refusal: Refusal) -> str:
    """Return a refusal in one line, the remedy in the words of the knobs."""
    if refusal.nearest is None:
        return refusal.because
    word, _, value = refusal.nearest.partition("=")
    knob = KNOB_OF.get(word, word)
    releases = [] if value == "none" else [value]
    remedy = f"{knob} = {releases if word == 'cuda' else value!r}"
    return f"{refusal.because}; what would do: {remedy}"


def preflight(
    box: Identity, stack: Stack, data: Mapping[str, Any], now: float, *, fresh: bool
) -> None:
    """Look for what would stop the run half-way. Raises Refused.

    ``now`` is the controller's clock; ``fresh``: the stack does not stand there yet, so that
    its disk is still to be taken.
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
    need = stack.disk_gb if base.min_free_gb is None else base.min_free_gb
    if fresh and box.free_gb < need:
        msg = f"{box.free_gb:.1f} GB free where {need:.1f} GB are needed; free some, or lower base_min_free_gb"
        raise Refused(msg)
