"""Everything CI runs, or the named tiers."""

from __future__ import annotations

import argparse
import sys
from contextlib import nullcontext
from functools import cache

from deploys._steps import Step, report, skipped
from deploys._tidy import tidy
from deploys._tiers import run_tier, tiers
from deploys._tools import install_tools
from deploys.check import linters
from tests.boxes.engine import NoEngine, engine

NO_CONTAINERS = {"unit", "artefacts"}
"""Tiers that need none."""


@cache
def no_containers() -> str:
    """Why no container can run here; nothing when one can."""
    try:
        engine()
    except NoEngine as why:
        return str(why)
    return ""


def proved(tier: str, unmet: str) -> Step:
    """Run a tier, or say why it cannot run."""
    if tier in NO_CONTAINERS or not no_containers():
        return run_tier(tier)
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
        steps += [proved(tier, unmet) for tier in chosen]
    return report(steps)
