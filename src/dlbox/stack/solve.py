"""Solve a box's cards, system and constraints into one stack, or into the reason why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from dlbox.stack.candidate import Chosen
from dlbox.stack.catalog_loader import Catalog, catalog
from dlbox.stack.components import Framework, Toolkit
from dlbox.stack.constraint import Constraint, Remedy
from dlbox.stack.explain import absence, choice
from dlbox.stack.gpus import Gpu, NvSwitch
from dlbox.stack.layers import LAYERS, domain
from dlbox.stack.layers.frameworks import TITLES
from dlbox.stack.layers.repository import repository
from dlbox.stack.model import Refusal, Stack
from dlbox.stack.problem import Problem
from dlbox.stack.refusal import refusal
from dlbox.stack.search import ranked, search
from dlbox.stack.warnings import warnings


def solve(  # noqa: PLR0913 - each is one thing the answer depends on
    gpus: Sequence[Gpu],
    system: str,
    constraints: Sequence[Constraint] = (),
    *,
    today: date,
    switches: Sequence[NvSwitch] = (),
    kernels: Sequence[str] = (),
    remedy: Remedy = "flavour",
    secure_boot: bool = False,
    more_toolkits: Sequence[str] = (),
    facts: Catalog | None = None,
) -> Stack | Refusal:
    """Return the stack for a box with ``gpus`` under ``system``, e.g. debian-13, or why there is none.

    ``more_toolkits`` are compilers to install beside the first toolkit; they need no driver
    that runs what they build. The same arguments always give the same answer.
    """
    facts = facts or catalog()
    if system not in facts.systems:
        because = f"{system} is not supported; take {', '.join(facts.systems)}"
        return Refusal(because=because, nearest=None)
    # Sorted, so that the order of the slots does not matter.
    cards = tuple(sorted(gpus, key=lambda gpu: gpu.id))
    problem = Problem(
        cards,
        tuple(switches),
        system,
        tuple(constraints),
        facts,
        today,
        tuple(kernels),
        remedy,
        secure_boot,
    )
    chosen = search(problem)
    if chosen is None:
        return refusal(problem)
    extra = _more_toolkits(problem, chosen, more_toolkits)
    return extra if isinstance(extra, Refusal) else _stack(problem, chosen, extra)


def _more_toolkits(
    problem: Problem, chosen: Chosen, releases: Sequence[str]
) -> tuple[Toolkit, ...] | Refusal:
    """Return the toolkits to install beside the first one, as compilers."""
    found: list[Toolkit] = []
    taken = [chosen["cuda"].version]
    for release in releases:
        alone = replace(problem, constraints=(Constraint("cuda", release),))
        fit = [
            c for c in ranked(alone, domain(alone, "cuda"), chosen) if c.version not in taken
        ]
        if not fit and any(
            Constraint("cuda", release).matches(str(version)) for version in taken
        ):
            continue  # an earlier toolkit already satisfies it
        if not fit:
            return Refusal(because=refusal(alone).because, nearest=None)
        taken.append(fit[0].version)
        if isinstance(row := fit[0].row, Toolkit):
            found.append(row)
    return tuple(found)


def _stack(problem: Problem, chosen: Chosen, beside: tuple[Toolkit, ...]) -> Stack:
    present = [name for name in LAYERS if chosen[name].there]
    first = chosen["cuda"].row
    toolkits = (first, *beside) if isinstance(first, Toolkit) else beside
    rows: dict[str, Any] = {
        name: chosen[name].row
        for name in ("driver", "fabricmanager", "nvlsm", "cuda_compat", "cudnn", "nccl")
    }
    frameworks = {name: chosen[name].row for name in TITLES if chosen[name].there}
    return Stack(
        system=problem.system,
        cards=problem.gpus,
        **rows,
        toolkits=toolkits,
        frameworks={k: row for k, row in frameworks.items() if isinstance(row, Framework)},
        repository=repository(problem, chosen, toolkits),
        choices={name: choice(problem, chosen, name) for name in present},
        skipped={
            name: absence(problem, chosen, name) for name in LAYERS if name not in present
        },
        warnings=tuple(warnings(problem, chosen)),
    )
