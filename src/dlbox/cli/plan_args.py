"""The command line of ``plan`` for a box that need not exist."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timezone

from dlbox.errors import BadInput
from dlbox.stack.catalog_loader import catalog
from dlbox.stack.constraint import COMPILERS, Constraint, constraint_fault
from dlbox.stack.gpu_args import cards_and_switches, spelt
from dlbox.stack.gpus import Gpu, NvSwitch
from dlbox.stack.kernels import numbers
from dlbox.stack.model import Refusal, Refused

KERNEL = re.compile(r"\d+\.\d+\.\d+")


@dataclass(frozen=True)
class Described:
    """A box that need not exist, in the words of the command line."""

    gpu: tuple[str, ...] = ()
    system: str | None = None
    arch: str | None = None
    want: tuple[str, ...] = ()
    profile: str | None = None
    kernel: tuple[str, ...] = ()
    secure_boot: bool = False
    today: str | None = None


@dataclass(frozen=True)
class Question:
    """What is asked of the solver."""

    gpus: tuple[Gpu, ...]
    switches: tuple[NvSwitch, ...]
    system: str
    constraints: tuple[Constraint, ...]
    today: date
    kernels: tuple[str, ...]
    secure_boot: bool


def question(asked: Described) -> Question | Refusal:
    """Judge the words. Raises BadInput for what is no question at all."""
    systems = catalog().systems
    if asked.system not in systems:
        said = f"--os {asked.system}: not known" if asked.system else "required: --os"
        msg = f"{said} | one of: {', '.join(systems)}"
        raise BadInput(msg)
    for kernel in (kernel for kernel in asked.kernel if not KERNEL.match(kernel)):
        msg = f"--kernel {kernel}: is no kernel | write it as uname -r says it, e.g. 6.12.94-amd64"
        raise BadInput(msg)
    constraints = _constraints(asked)
    try:
        ids = spelt(asked.gpu)
    except ValueError as error:
        msg = f"--gpu {error}"
        raise BadInput(msg) from error
    if asked.arch not in {None, "x86_64", "amd64"}:
        because = f"the architecture {asked.arch} is not supported; x86_64 is"
        return Refusal(because=because, nearest=None)
    try:
        cards, switches = cards_and_switches(ids)
    except Refused as refused:
        return Refusal(because=str(refused), nearest=None)
    return Question(
        tuple(cards),
        tuple(switches),
        asked.system,
        constraints,
        _day(asked.today),
        tuple(sorted(asked.kernel, key=numbers, reverse=True)),
        asked.secure_boot,
    )


def _constraints(asked: Described) -> tuple[Constraint, ...]:
    given = dict.fromkeys(COMPILERS, "none") if asked.profile == "framework_only" else {}
    for pair in asked.want:
        word, equals, value = pair.partition("=")
        wrong = (
            constraint_fault(word, value) if equals else "is no LAYER=VALUE | e.g. cuda=12.8"
        )
        if wrong:
            msg = f"--want {pair}: {wrong}"
            raise BadInput(msg)
        given[word] = value
    return tuple(Constraint(word, value) for word, value in given.items())


def _day(said: str | None) -> date:
    try:
        return date.fromisoformat(said) if said else datetime.now(tz=timezone.utc).date()
    except ValueError as error:
        msg = f"--today {said}: is no day | write YYYY-MM-DD"
        raise BadInput(msg) from error
