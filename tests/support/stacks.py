"""Stacks for tests: asked for by cards in a few words, and written down in one line."""

from __future__ import annotations

from typing import Any

from dlbox.stack.catalog_loader import catalog
from dlbox.stack.constraint import Constraint
from dlbox.stack.gpus import gpu_table
from dlbox.stack.model import Refusal, Stack
from dlbox.stack.solve import solve
from tests.support.builders import TODAY

GTX_680, K80, GTX_750_TI, GTX_970, M60 = "1180", "102d", "1380", "13c2", "13f2"
GTX_1080_TI, P100, V100, TITAN_V = "1b06", "15f7", "1db1", "1d81"
T4, RTX_2080_TI, A100, RTX_3090 = "1eb8", "1e04", "20b0", "2204"
RTX_4090, L4, H100, RTX_5090 = "2684", "27b8", "2330", "2b85"
B200, HGX_B200, B300, PRO_4500_SE, RUBIN = "2901", "2909", "3182", "2c3a", "3000"


def asked(system: str, cards: str, constraints: str = "", **given: Any) -> Stack | Refusal:
    """Ask the solver: ids of cards, constraints as ``--want`` takes them, ids of switches."""
    switches = given.pop("switches", "").split()
    return solve(
        [gpu_table()[f"10de:{card}"] for card in cards.split()],
        system,
        [Constraint(*constraint.split("=", 1)) for constraint in constraints.split()],
        today=given.pop("today", TODAY),
        switches=[catalog().nvswitches[switch] for switch in switches],
        **given,
    )


def stack(system: str, cards: str, constraints: str = "", **given: Any) -> Stack:
    """Return the stack of a box that is not refused."""
    got = asked(system, cards, constraints, **given)
    assert isinstance(got, Stack), got
    return got


def format_stack(got: Stack | Refusal) -> str:
    """Write a stack down in one line."""
    if isinstance(got, Refusal):
        return f"refused: {got.because}"
    parts: list[str] = []
    if got.driver:
        parts.append(f"{got.driver.version} {got.driver.flavour} {got.driver.source}")
    rest = [name for name in ("fabricmanager", "nvlsm", "cuda_compat") if name in got.choices]
    parts += [f"{name} {got.choices[name].version}" for name in rest]
    parts += [f"cuda {toolkit.release} {toolkit.source}" for toolkit in got.toolkits]
    parts += [f"cudnn {got.cudnn.version}"] if got.cudnn else []
    parts += [f"nccl {got.nccl.version}"] if got.nccl else []
    parts += [f"{name} {row.version} {row.variant}" for name, row in got.frameworks.items()]
    return ", ".join(parts)
