"""Update gpus.yaml from pci.ids, and compare a driver's list of cards with architectures.yaml."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from dlbox.catalog import read
from dlbox.subprocesses import Unreadable
from dlbox.upstream.apt import unpacked
from dlbox.upstream.pci_ids import Card, Support, of_pci_ids, of_supported_gpus, text_of
from dlbox.upstream.proposal import Proposal
from dlbox.upstream.yaml_file import table


def propose_gpus(pci_ids: Path | None, supported: Path | None) -> Proposal:
    """Return gpus.yaml with new cards, read from the given files or from this machine's apt."""
    old = table("gpus").read_text(encoding="utf-8")
    architectures = read("architectures")
    try:
        cards = _text(pci_ids, "pci.ids", "pci.ids*")
    except Unreadable as why:
        return Proposal(notes=(f"{why} | name a file with --pci-ids",))
    chips = tuple(row["chips"] for row in architectures.values())
    new, notes = added_gpus(old, of_pci_ids(cards, chips), frozenset(read("nvswitches")))
    try:
        driver = of_supported_gpus(_text(supported, "nvidia-driver", "supported-gpus.json*"))
    except Unreadable as why:
        notes.append(f"{why} | name a file with --supported-gpus")
    else:
        notes += disagreements(new, driver, architectures)
    return Proposal({table("gpus"): new}, tuple(notes))


def _text(path: Path | None, package: str, pattern: str) -> str:
    if path:
        return text_of(path)
    with TemporaryDirectory() as folder:
        return text_of(unpacked(package, pattern, Path(folder)))


_ROW = re.compile(r'"([0-9a-f]{4})": (\S+) (\S+) (.*)')
UNKNOWN = "?"


def gpu_rows(text: str) -> dict[str, tuple[str, str, str]]:
    """Return device id -> (chip, compute capability, name)."""
    found = (_ROW.fullmatch(line) for line in text.splitlines())
    return {row[1]: (row[2], row[3], row[4]) for row in found if row}


def added_gpus(
    text: str, cards: Mapping[str, Card], known: frozenset[str]
) -> tuple[str, list[str]]:
    """Return the table with the new ids of known chips, and a note for every unknown chip."""
    present = gpu_rows(text)
    capability = {chip: number for chip, number, _ in present.values()}
    head = [line for line in text.splitlines() if not _ROW.fullmatch(line)]
    notes: dict[str, list[str]] = {}
    for number, card in cards.items():
        if number in present or number in known:
            continue
        if card.chip in capability:
            present[number] = (card.chip, capability[card.chip], card.name)
        else:
            notes.setdefault(card.chip, []).append(f"{number} {card.name}")
    lines = [f'"{number}": {" ".join(row)}' for number, row in sorted(present.items())]
    return "\n".join([*head, *lines, ""]), [
        f"{chip}: compute capability unknown, left out: {', '.join(ids)}"
        for chip, ids in sorted(notes.items())
    ]


def disagreements(
    text: str,
    supported: Mapping[str, Support],
    architectures: Mapping[str, Mapping[str, Any]],
) -> Iterator[str]:
    """Yield where the driver's list differs from architectures.yaml, by architecture."""
    by_chip = {row["chips"]: (name, row) for name, row in architectures.items()}
    found: dict[str, list[str]] = {}
    for number, (chip, _, _) in gpu_rows(text).items():
        if number not in supported or chip[:2] not in by_chip:
            continue
        name, row = by_chip[chip[:2]]
        for what in _differences(supported[number], row):
            found.setdefault(f"{name}: {what}", []).append(number)
    for what, ids in sorted(found.items()):
        yield f"{what}: {' '.join(ids)}"


def _differences(support: Support, row: Mapping[str, Any]) -> Iterator[str]:
    last, flavours = row["last_driver"], row["flavours"]
    if support.legacy is not None and support.legacy != last:
        yield f"last_driver is {last or 'open'} here, legacybranch {support.legacy} there"
    if isinstance(flavours, list) and support.open_modules != ("open" in flavours):
        there = "with" if support.open_modules else "without"
        yield f"flavours are {' '.join(flavours)} here, {there} kernelopen there"
