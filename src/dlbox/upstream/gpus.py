"""Propose rows of the GPU table from pci.ids and NVIDIA's list of supported GPUs."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from dlbox.catalog import read
from dlbox.subprocesses import Unreadable
from dlbox.upstream.distro import unpack_package
from dlbox.upstream.yaml_file import Proposal, table

_NVIDIA = "10de"
_DEVICE = re.compile(r"\t([0-9a-f]{4})  (\S+)(?: (.*))?")
# Devices that sit on a card or beside it but are not cards.
_BESIDE = re.compile(r"\b(audio|usb|ucsi|type-c|bridge|nvswitch|smu|uart)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Card:
    """The card of one device id."""

    chip: str
    name: str


@dataclass(frozen=True)
class Support:
    """What a driver package states about one device id."""

    legacy: int | None
    """The last branch that drives the card; None: this driver itself does."""
    open_modules: bool


def text_of(path: Path) -> str:
    """Return the text of a file, which may be compressed with gzip."""
    packed = path.suffix == ".gz"
    return (gzip.decompress(path.read_bytes()) if packed else path.read_bytes()).decode()


def parse_pci_ids(text: str, chips: tuple[str, ...]) -> dict[str, Card]:
    """Return device id -> card, for NVIDIA's chips whose names begin with one of ``chips``."""
    found: dict[str, Card] = {}
    vendor = ""
    for line in text.splitlines():
        if re.match(r"[0-9a-f]{4}  ", line):
            vendor = line[:4]
        device = _DEVICE.fullmatch(line)
        if vendor == _NVIDIA and device and re.match(rf"({'|'.join(chips)})\d", device[2]):
            described = device[3] or ""
            if not _BESIDE.search(described):
                found[device[1]] = Card(device[2], _name(described))
    return found


def _name(described: str) -> str:
    marketed = re.search(r"\[(.*)\]", described)
    return (marketed[1] if marketed else described.strip()) or "?"


def parse_supported_gpus(text: str) -> dict[str, Support]:
    """Return device id -> support, from the list that NVIDIA packs with the driver."""
    found: dict[str, Support] = {}
    for chip in json.loads(text)["chips"]:
        branch = re.match(r"\d+", chip.get("legacybranch", ""))
        number = chip["devid"].removeprefix("0x").lower()
        has_open_modules = "kernelopen" in chip.get("features", ())
        before = found.get(number, Support(None, open_modules=False))
        found[number] = Support(
            int(branch[0]) if branch else before.legacy, has_open_modules or before.open_modules
        )
    return found


def propose_gpus(pci_ids: Path | None, supported: Path | None) -> Proposal:
    """Return gpus.yaml with new cards, read from the given files or from this machine's apt."""
    old = table("gpus").read_text(encoding="utf-8")
    architectures = read("architectures")
    try:
        cards = _text(pci_ids, "pci.ids", "pci.ids*")
    except Unreadable as why:
        return Proposal(notes=(f"{why} | name a file with --pci-ids",))
    chips = tuple(row["chips"] for row in architectures.values())
    new, notes = added_gpus(old, parse_pci_ids(cards, chips), frozenset(read("nvswitches")))
    try:
        driver = parse_supported_gpus(_text(supported, "nvidia-driver", "supported-gpus.json*"))
    except Unreadable as why:
        notes.append(f"{why} | name a file with --supported-gpus")
    else:
        notes += disagreements(new, driver, architectures)
    return Proposal({table("gpus"): new}, tuple(notes))


def _text(path: Path | None, package: str, pattern: str) -> str:
    if path:
        return text_of(path)
    with TemporaryDirectory() as folder:
        return text_of(unpack_package(package, pattern, Path(folder)))


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
