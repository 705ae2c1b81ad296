"""Parse lists of NVIDIA's cards: the PCI ID Project's pci.ids, and the list in a driver package."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import dataclass
from pathlib import Path

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


def of_pci_ids(text: str, chips: tuple[str, ...]) -> dict[str, Card]:
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


def of_supported_gpus(text: str) -> dict[str, Support]:
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
