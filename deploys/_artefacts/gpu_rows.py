"""gpus.yaml, line by line: new ids, and what a driver's own list says against architectures.yaml."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from deploys._artefacts.cards import Card, Support

_ROW = re.compile(r'"([0-9a-f]{4})": (\S+) (\S+) (.*)')
UNKNOWN = "?"


def rows(text: str) -> dict[str, tuple[str, str, str]]:
    """Device id -> chip, capability, name."""
    found = (_ROW.fullmatch(line) for line in text.splitlines())
    return {row[1]: (row[2], row[3], row[4]) for row in found if row}


def added(text: str, cards: Mapping[str, Card], known: frozenset[str]) -> tuple[str, list[str]]:
    """Return the table with the new ids of chips it knows, and a note for every other new chip."""
    present = rows(text)
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
    """Yield what the driver's list says otherwise than architectures.yaml, by architecture."""
    by_chip = {row["chips"]: (name, row) for name, row in architectures.items()}
    said: dict[str, list[str]] = {}
    for number, (chip, _, _) in rows(text).items():
        if number not in supported or chip[:2] not in by_chip:
            continue
        name, row = by_chip[chip[:2]]
        for what in _differences(supported[number], row):
            said.setdefault(f"{name}: {what}", []).append(number)
    for what, ids in sorted(said.items()):
        yield f"{what}: {' '.join(ids)}"


def _differences(support: Support, row: Mapping[str, Any]) -> Iterator[str]:
    last, flavours = row["last_driver"], row["flavours"]
    if support.legacy is not None and support.legacy != last:
        yield f"last_driver is {last or 'open'} here, legacybranch {support.legacy} there"
    if isinstance(flavours, list) and support.open_modules != ("open" in flavours):
        there = "with" if support.open_modules else "without"
        yield f"flavours are {' '.join(flavours)} here, {there} kernelopen there"
