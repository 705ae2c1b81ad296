"""Everything CI runs, or the named tiers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from functools import cache
from tempfile import TemporaryFile
from typing import IO

import click

from dlbox.cli.check import linters
from dlbox.cli.command import verb
from dlbox.cli.tiers import require_checkout, run_tier, tiers
from dlbox.errors import BadInput, format_error
from dlbox.exit_code import ExitCode
from dlbox.sandbox.cleanup import tidy
from dlbox.sandbox.engine import NoEngine, engine
from dlbox.sandbox.host_packages import TEST_TOOLS, install_tools
from dlbox.subprocesses import Step, report, skipped

NO_CONTAINERS = {"unit", "artefacts"}
"""Tiers that need none."""
BESIDE = {"artefacts", "fleet", "rebuild", "vm"}
"""Together about as long as the rest: the machines emulate one CPU each, and a computer has two."""


EXAMPLE = """\
./dlbox test -y
./dlbox test container vm"""


@verb("test", EXAMPLE, ExitCode.FAILED, ExitCode.BAD_INPUT)
@click.argument("named", nargs=-1, metavar="[TIER]...")
@click.option("-y", "--yes", is_flag=True, help="Install what is missing, unasked.")
def command(named: tuple[str, ...], *, yes: bool) -> int:
    """Tiers: unit, artefacts, container, fleet, rebuild, vm; without one, the linters and all."""
    require_checkout("test")
    known = tiers()
    unknown = [tier for tier in named if tier not in known]
    if unknown:
        msg = f"{' '.join(unknown)}: no such tier | one of: {' '.join(known)}"
        raise BadInput(msg)
    chosen = list(dict.fromkeys(named)) or known
    unmet = "" if set(chosen) <= NO_CONTAINERS else install_tools(TEST_TOOLS, yes=yes)
    if unmet:
        print("\n".join(format_error("not installed", unmet)), flush=True)
    steps = [] if named else linters()
    with nullcontext() if no_containers() else tidy():
        steps += run(chosen, unmet)
    return report(steps)


@cache
def no_containers() -> str:
    """Why no container can run here; nothing when one can."""
    try:
        engine()
    except NoEngine as why:
        return str(why)
    return ""


def run_or_skip(tier: str, unmet: str, output: IO[str] | None = None) -> Step:
    """Run a tier, or say why it cannot run."""
    if tier in NO_CONTAINERS or not no_containers():
        return run_tier(tier, output)
    return skipped(tier, "; ".join(filter(None, (no_containers(), unmet))))


def run(chosen: list[str], unmet: str) -> list[Step]:
    """Run tiers one after the other, some of them beside the rest."""
    rest = [tier for tier in chosen if tier not in BESIDE]
    beside = [tier for tier in chosen if tier in BESIDE]
    if not rest or not beside:
        return [run_or_skip(tier, unmet) for tier in chosen]
    with TemporaryFile("w+", encoding="utf-8") as output, ThreadPoolExecutor(1) as pool:
        print(f"\n({', '.join(beside)}: beside the rest; their output comes last)", flush=True)
        later = pool.submit(lambda: [run_or_skip(tier, unmet, output) for tier in beside])
        steps = [run_or_skip(tier, unmet) for tier in rest]
        steps += later.result()
        output.seek(0)
        print(output.read(), flush=True)
    return steps
