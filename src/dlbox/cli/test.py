"""Everything CI runs, or the named tiers."""

from __future__ import annotations

import argparse
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from functools import cache
from tempfile import TemporaryFile
from typing import IO

from dlbox.cli.check import linters
from dlbox.cli.tiers import run_tier, tiers
from dlbox.sandbox.cleanup import tidy
from dlbox.sandbox.engine import NoEngine, engine
from dlbox.sandbox.host_packages import install_tools
from dlbox.subprocesses import Step, report, skipped

NO_CONTAINERS = {"unit", "artefacts"}
"""Tiers that need none."""
BESIDE = {"artefacts", "fleet", "vm"}
"""Together about as long as the rest: the machines emulate one CPU each, and a computer has two."""


@cache
def no_containers() -> str:
    """Why no container can run here; nothing when one can."""
    try:
        engine()
    except NoEngine as why:
        return str(why)
    return ""


def proved(tier: str, unmet: str, output: IO[str] | None = None) -> Step:
    """Run a tier, or say why it cannot run."""
    if tier in NO_CONTAINERS or not no_containers():
        return run_tier(tier, output)
    return skipped(tier, "; ".join(filter(None, (no_containers(), unmet))))


def main(argv: list[str]) -> int:
    """Run the tiers named, or the linters and all tiers."""
    parser = argparse.ArgumentParser("dlbox test", description=__doc__)
    parser.add_argument("tiers", nargs="*", metavar="TIER", help=f"of: {' '.join(tiers())}")
    parser.add_argument(
        "-y", "--yes", action="store_true", help="install what is missing, unasked"
    )
    asked = parser.parse_args(argv)
    unknown = [tier for tier in asked.tiers if tier not in tiers()]
    if unknown:
        print(
            f"dlbox test: no tier {' '.join(unknown)} | one of: {' '.join(tiers())}",
            file=sys.stderr,
        )
        return 2
    chosen = list(dict.fromkeys(asked.tiers)) or tiers()
    unmet = "" if set(chosen) <= NO_CONTAINERS else install_tools(yes=asked.yes)
    if unmet:
        print(f"dlbox test: {unmet}", flush=True)
    steps = [] if asked.tiers else linters()
    with nullcontext() if no_containers() else tidy():
        steps += run(chosen, unmet)
    return report(steps)


def run(chosen: list[str], unmet: str) -> list[Step]:
    """Run tiers one after the other, some of them beside the rest."""
    rest = [tier for tier in chosen if tier not in BESIDE]
    beside = [tier for tier in chosen if tier in BESIDE]
    if not rest or not beside:
        return [proved(tier, unmet) for tier in chosen]
    with TemporaryFile("w+", encoding="utf-8") as output, ThreadPoolExecutor(1) as pool:
        print(f"\n({', '.join(beside)}: beside the rest; their output comes last)", flush=True)
        later = pool.submit(lambda: [proved(tier, unmet, output) for tier in beside])
        steps = [proved(tier, unmet) for tier in rest]
        steps += later.result()
        output.seek(0)
        print(output.read(), flush=True)
    return steps
