"""Say which stack boxes would get, and why; needs no box to describe one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any

import click

from dlbox.cli.command import LOOKS, verb
from dlbox.errors import BadInput
from dlbox.exit_code import ExitCode
from dlbox.plan.plan_text import as_json, as_text
from dlbox.stack.catalog_loader import catalog, unknowns
from dlbox.stack.constraint import COMPILERS, Constraint, constraint_fault
from dlbox.stack.gpu_args import cards_and_switches, parse_gpus
from dlbox.stack.gpus import Gpu, NvSwitch
from dlbox.stack.model import Refusal, Refused, Stack
from dlbox.stack.solve import solve
from dlbox.stack.support import numbers

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
        ids = parse_gpus(asked.gpu)
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


EXAMPLE = """\
dlbox plan --gpu "GTX 1080 Ti" --os debian-13
dlbox plan --gpu A100 --gpu A100 --os ubuntu-24.04 --want cuda=12.8 --json
dlbox plan lab.py --limit gtx-1"""
CODES = (ExitCode.FAILED, ExitCode.BAD_INPUT, ExitCode.REFUSED)


@verb("plan", EXAMPLE, *CODES, boxes=LOOKS)
@click.option("--gpu", multiple=True, help="Name or PCI id of a card; repeats, one per card.")
@click.option("--os", "system", help=f"One of {' '.join(catalog().systems)}.")
@click.option("--arch", help="Machine architecture, as uname -m says it (x86_64).")
@click.option(
    "--want", multiple=True, metavar="LAYER=VALUE", help="Ask something of a layer; repeats."
)
@click.option("--profile", type=click.Choice(["full", "framework_only"]), help="(full)")
@click.option(
    "--kernel", multiple=True, help="A kernel of the box, as uname -r says it; repeats."
)
@click.option("--secure-boot", is_flag=True, help="The box has Secure Boot on.")
@click.option("--today", metavar="YYYY-MM-DD", help="Plan as of this day.")
@click.option("--unknowns", is_flag=True, help="Say what the catalogue does not know.")
@click.option("--json", "as_data", is_flag=True, help="Print JSON.")
def command(words: tuple[str, ...], *, unknowns: bool, as_data: bool, **described: Any) -> int:
    """With --gpu and the like: a box that need not exist. Else: the boxes of the inventory.

    Nothing is changed.
    """
    if not (unknowns or any(described.values())):
        # Only boxes need pyinfra, whose import alone takes half a second.
        from dlbox.cli.plan_boxes import plan_boxes  # noqa: PLC0415

        return plan_boxes(words, as_data=as_data)
    _refuse_surplus(words)
    return show_unknowns() if unknowns else plan_for(Described(**described), as_data=as_data)


def _refuse_surplus(words: tuple[str, ...]) -> None:
    if not words:
        return
    if words[0].startswith("-"):
        msg = f"{words[0]}: no such option for a box that need not exist | dlbox plan --help"
        raise BadInput(msg)
    name = Path(words[0]).name
    msg = (
        f"{words[0]}: options such as --gpu describe a box that need not exist | leave them out,"
        f" and say what the boxes of {name} shall be in their settings (--data SETTING=VALUE)"
    )
    raise BadInput(msg)


def plan_for(asked: Described, *, as_data: bool) -> int:
    """Solve and print. Raises BadInput."""
    answer = solve_request(asked)
    print(as_json(answer) if as_data else "\n".join(as_text(answer)))
    return ExitCode.REFUSED if isinstance(answer, Refusal) else ExitCode.OK


def solve_request(asked: Described) -> Stack | Refusal:
    """Judge the words and solve. Raises BadInput."""
    about = question(asked)
    if isinstance(about, Refusal):
        return about
    return solve(
        about.gpus,
        about.system,
        about.constraints,
        today=about.today,
        switches=about.switches,
        kernels=about.kernels,
        secure_boot=about.secure_boot,
    )


def show_unknowns() -> int:
    """Print what the catalogue does not know, and what would settle each."""
    for place, settles in unknowns(catalog()):
        print(f"{place}: unknown; settled by: {settles}")
    return ExitCode.OK
