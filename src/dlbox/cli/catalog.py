"""Read wheels, lists of cards and apt again; show, or write, what the catalogue would become."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from dlbox.subprocesses import Unreadable
from dlbox.upstream.distro import propose_drivers
from dlbox.upstream.frameworks import propose_frameworks
from dlbox.upstream.gpus import propose_gpus
from dlbox.upstream.libraries import propose_libraries
from dlbox.upstream.proposal import Proposal
from dlbox.upstream.wheel_lock import lock_row
from dlbox.upstream.yaml_file import diff, replace

PARTS = ("frameworks", "libraries", "gpus", "drivers")
NOTHING, UNREADABLE, WRONG, DIFFERENT = 0, 1, 2, 6


def parsed(argv: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser("dlbox catalog", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of: {' '.join(PARTS)}")
    parser.add_argument("--write", action="store_true", help="write what would change")
    parser.add_argument("--lock", metavar="NAME", help="lock one row: NAME-VERSION-VARIANT")
    parser.add_argument("--pci-ids", type=Path, metavar="FILE", help="instead of apt's pci.ids")
    parser.add_argument(
        "--supported-gpus", type=Path, metavar="FILE", help="instead of apt's nvidia-driver's"
    )
    return parser.parse_args(argv)


def readers(asked: argparse.Namespace) -> dict[str, Callable[[], Proposal]]:
    """Return how each part is read."""
    return {
        "frameworks": propose_frameworks,
        "libraries": propose_libraries,
        "gpus": lambda: propose_gpus(asked.pci_ids, asked.supported_gpus),
        "drivers": propose_drivers,
    }


def shown(found: Proposal, *, write: bool) -> bool:
    """Print remarks and the diff, write where asked; return whether something is left to do."""
    for note in found.notes:
        print(f"  {note}")
    differs = False
    for path, text in found.texts.items():
        change = diff(path, text)
        print(change, end="")
        if change and write:
            replace(path, text)
            print(f"written: {path.name}")
        differs = differs or bool(change and not write)
    return differs


def main(argv: list[str]) -> int:
    """Read the parts asked for, or all; exit 0 where nothing is to change, 6 where something is."""
    asked = parsed(argv)
    unknown = [part for part in asked.parts if part not in PARTS]
    if unknown:
        known = " ".join(PARTS)
        print(f"dlbox catalog: no part {' '.join(unknown)} | one of: {known}", file=sys.stderr)
        return WRONG
    if asked.lock:
        return _told("lock", lambda: lock_row(asked.lock), write=True)
    how = readers(asked)
    codes = [
        _told(part, how[part], write=asked.write)
        for part in dict.fromkeys(asked.parts or PARTS)
    ]
    return UNREADABLE if UNREADABLE in codes else max(codes)


def _told(part: str, reader: Callable[[], Proposal], *, write: bool) -> int:
    print(f"== {part}", flush=True)
    try:
        found = reader()
    except (Unreadable, OSError) as why:
        print(f"dlbox catalog: {part}: {why}", file=sys.stderr)
        return UNREADABLE
    return DIFFERENT if shown(found, write=write) else NOTHING
