"""Say which stack boxes would get, and why; changes nothing, and needs no box to describe one."""

from __future__ import annotations

import argparse
import sys

from dlbox.cli.plan_args import BadWords, parser, question
from dlbox.plan.plan_text import as_json, as_text
from dlbox.stack.catalog_loader import catalog, unknowns
from dlbox.stack.model import Refusal, Stack
from dlbox.stack.solve import solve

OK, BAD_INPUT, REFUSED = 0, 2, 3
DESCRIBES = (
    *("--gpu", "--os", "--arch", "--want", "--profile", "--kernel", "--secure-boot", "--today"),
    *("--unknowns", "--help", "-h"),
)
"""Words that describe a box; without any of them it is boxes of an inventory that are asked."""


def main(argv: list[str]) -> int:
    """Plan for the box that the options describe, or for the boxes of an inventory."""
    if not any(word.partition("=")[0] in DESCRIBES for word in argv):
        # Only boxes need pyinfra, whose import alone takes half a second.
        from dlbox.cli.plan_boxes import plan_boxes  # noqa: PLC0415

        return plan_boxes(argv)
    if not argv[0].startswith("-"):
        words = " ".join(word for word in argv if word.partition("=")[0] in DESCRIBES)
        print(
            f"dlbox plan: {words}: describes a box that need not exist; what the boxes of"
            f" {argv[0]} shall be stands in their settings (--data SETTING=VALUE)",
            file=sys.stderr,
        )
        return BAD_INPUT
    try:
        asked = parser().parse_args(argv)
        return show_unknowns() if asked.unknowns else plan_for(asked)
    except BadWords as error:
        print(f"dlbox plan: {error}", file=sys.stderr)
        return BAD_INPUT


def plan_for(asked: argparse.Namespace) -> int:
    """Solve and print. Raises BadWords."""
    answer = answered(asked)
    print(as_json(answer) if asked.json else "\n".join(as_text(answer)))
    return REFUSED if isinstance(answer, Refusal) else OK


def answered(asked: argparse.Namespace) -> Stack | Refusal:
    """Judge the words and solve. Raises BadWords."""
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
    return OK
