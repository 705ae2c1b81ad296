"""The command line of ``plan`` for a box that need not exist."""

from __future__ import annotations

import argparse
import re
from dataclasses import dataclass
from datetime import date, datetime, timezone
from typing import NoReturn

from typing_extensions import override

from dlbox.stack.catalog_loader import catalog
from dlbox.stack.constraint import COMPILERS, Constraint, constraint_fault
from dlbox.stack.gpu_args import cards_and_switches, spelt
from dlbox.stack.gpus import Gpu, NvSwitch
from dlbox.stack.kernels import numbers
from dlbox.stack.model import Refusal, Refused

KERNEL = re.compile(r"\d+\.\d+\.\d+")


class BadWords(Exception):  # noqa: N818 - the person's mistake, not ours
    """What was typed cannot be understood."""


class _Parser(argparse.ArgumentParser):
    @override
    def error(self, message: str) -> NoReturn:
        raise BadWords(message)


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


def parser() -> argparse.ArgumentParser:
    """Return the parser of the words that describe a box."""
    made = _Parser("dlbox plan", description="The stack of a box, and why; none is contacted.")
    add = made.add_argument
    add("--gpu", action="append", default=[], help="name or PCI id; repeats, one per card")
    add("--os", help="one of " + " ".join(catalog().systems))
    add("--arch", default="x86_64", help="machine architecture (uname -m)")
    add("--want", action="append", default=[], metavar="LAYER=VALUE", help="repeats")
    add("--profile", default="full", choices=["full", "framework_only"])
    add(
        "--kernel",
        action="append",
        default=[],
        help="one installed, as uname -r says it; repeats",
    )
    add("--secure-boot", action="store_true")
    add("--today", help="plan as of this day, YYYY-MM-DD")
    add("--json", action="store_true")
    add("--unknowns", action="store_true", help="what the catalogue does not know")
    return made


def question(asked: argparse.Namespace) -> Question | Refusal:
    """Judge the words. Raises BadWords for what is no question at all."""
    systems = catalog().systems
    if asked.os not in systems:
        named = f"--os {asked.os}: not known" if asked.os else "--os is missing"
        msg = f"{named}; take {', '.join(systems)}"
        raise BadWords(msg)
    for kernel in (kernel for kernel in asked.kernel if not KERNEL.match(kernel)):
        msg = f"--kernel {kernel}: write it as uname -r says it, e.g. 6.12.94-amd64"
        raise BadWords(msg)
    constraints = _constraints(asked)
    try:
        ids = spelt(asked.gpu)
    except ValueError as error:
        msg = f"--gpu {error}"
        raise BadWords(msg) from error
    if asked.arch not in {"x86_64", "amd64"}:
        because = f"the architecture {asked.arch} is not supported; x86_64 is"
        return Refusal(because=because, nearest=None)
    try:
        cards, switches = cards_and_switches(ids)
    except Refused as refused:
        return Refusal(because=str(refused), nearest=None)
    return Question(
        tuple(cards),
        tuple(switches),
        asked.os,
        constraints,
        _day(asked.today),
        tuple(sorted(asked.kernel, key=numbers, reverse=True)),
        asked.secure_boot,
    )


def _constraints(asked: argparse.Namespace) -> tuple[Constraint, ...]:
    given = dict.fromkeys(COMPILERS, "none") if asked.profile == "framework_only" else {}
    for pair in asked.want:
        word, equals, value = pair.partition("=")
        wrong = constraint_fault(word, value) if equals else "write LAYER=VALUE, e.g. cuda=12.8"
        if wrong:
            msg = f"--want {pair}: {wrong}"
            raise BadWords(msg)
        given[word] = value
    return tuple(Constraint(word, value) for word, value in given.items())


def _day(said: str | None) -> date:
    try:
        return date.fromisoformat(said) if said else datetime.now(tz=timezone.utc).date()
    except ValueError as error:
        msg = f"--today {said}: is no day; write YYYY-MM-DD"
        raise BadWords(msg) from error
