"""Give boxes again what they had before: packages, wheels, files and settings."""

from __future__ import annotations

import argparse

from deploys._guard import BadInput, Request, complain, request
from deploys.up import FAILED, carry_out, run_pyinfra
from roles.box.generations import Generation
from roles.box.outcome import OUTCOMES, take_stock


def main(argv: list[str]) -> int:
    """Go back one generation, or to the one named; with --list only say which there are."""
    parser = argparse.ArgumentParser("dlbox rollback", description=__doc__, add_help=False)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--to", type=int, metavar="NUMBER")
    own, rest = parser.parse_known_args(argv)
    try:
        asked = request(rest)
    except BadInput as error:
        return complain("rollback", error)
    if own.list:
        return listed(asked)
    which = "previous" if own.to is None else own.to
    return carry_out("rollback", asked, "--data", f"_generation={which}")


def listed(asked: Request) -> int:
    """Print what each box can go back to."""
    run_pyinfra(asked, "deploys/_generations.py", "--dry", "-y")
    take_stock()
    for name, box in sorted(OUTCOMES.items()):
        count = len(box.generations)
        print(f"\n{name}: {box.failed or f'{count} generation' + 's' * (count != 1)}")
        for generation in box.generations:
            print(f"  {told(generation)}")
    return FAILED if any(box.failed for box in OUTCOMES.values()) else 0


def told(one: Generation) -> str:
    """Return one generation for a person."""
    words = [f"{one.number:>3}  {one.day}  {one.bytes / 1e9:5.1f} GB of its own"]
    words += ["current"] if one.current else []
    words += [f"{one.lacking} packages are not kept"] if one.lacking else []
    words += [f"not kept: {', '.join(one.folders)}"] if one.folders else []
    return ", ".join(words)
