"""One box's plan: what it is and what it gets; or why it gets nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from roles.base.settings import Base
from roles.box.facts import Identity
from roles.box.settings import Box
from roles.knobs import wishes
from roles.stack.gpus import gpu_table
from roles.stack.model import Refused, Stack
from roles.stack.solve import solve

ARCHITECTURES = ("x86_64",)


@dataclass(frozen=True)
class Plan:
    """What every role is given."""

    box: Identity
    stack: Stack


def plan(box: Identity, data: Mapping[str, Any]) -> Plan:
    """Solve the stack of a box. Raises Refused."""
    if box.arch not in ARCHITECTURES:
        msg = f"its architecture is {box.arch}; only {', '.join(ARCHITECTURES)} is supported"
        raise Refused(msg)
    declared = Box.of(data).gpus
    ids = box.pci_gpus if declared is None else declared
    strange = [gpu for gpu in ids if gpu not in gpu_table()]
    if strange:
        msg = f"its GPU {strange[0]} is not in the id table (roles/stack/catalog/gpus.yaml)"
        raise Refused(msg)
    return Plan(box, solve([gpu_table()[gpu] for gpu in ids], box.system, wishes(data)))


def preflight(box: Identity, stack: Stack, base: Base, now: float, *, fresh: bool) -> None:
    """Look for what would stop the run half-way. Raises Refused.

    ``now`` is the controller's clock; ``fresh``: the stack does not stand there yet, so that
    its disk is still to be taken.
    """
    if box.foreign:
        msg = f"an installation of NVIDIA's .run files is in the way: {box.foreign[0]}; first uninstall it"
        raise Refused(msg)
    skew = abs(now - box.clock)
    if skew > base.max_clock_skew_s:
        msg = f"its clock is {skew:.0f} s off the controller's; set it, or raise base_max_clock_skew_s"
        raise Refused(msg)
    need = stack.disk_gb if base.min_free_gb is None else base.min_free_gb
    if fresh and box.free_gb < need:
        msg = f"{box.free_gb:.1f} GB free where {need:.1f} GB are needed; free some, or lower base_min_free_gb"
        raise Refused(msg)
