"""gpus.yaml from pci.ids, and a driver's list of cards against architectures.yaml."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from deploys._artefacts.apt import unpacked
from deploys._artefacts.cards import of_pci_ids, of_supported_gpus, text_of
from deploys._artefacts.found import Found
from deploys._artefacts.gpu_rows import added, disagreements
from deploys._artefacts.outside import Unreadable
from deploys._artefacts.yaml_text import table
from roles.stack.catalog import read


def gpus(pci_ids: Path | None, supported: Path | None) -> Found:
    """Read both lists, from the files given or from the machine's apt."""
    old = table("gpus").read_text(encoding="utf-8")
    architectures = read("architectures")
    try:
        cards = _text(pci_ids, "pci.ids", "pci.ids*")
    except Unreadable as why:
        return Found(notes=(f"{why} | name a file with --pci-ids",))
    chips = tuple(row["chips"] for row in architectures.values())
    new, notes = added(old, of_pci_ids(cards, chips), frozenset(read("nvswitches")))
    try:
        driver = of_supported_gpus(_text(supported, "nvidia-driver", "supported-gpus.json*"))
    except Unreadable as why:
        notes.append(f"{why} | name a file with --supported-gpus")
    else:
        notes += disagreements(new, driver, architectures)
    return Found({table("gpus"): new}, tuple(notes))


def _text(path: Path | None, package: str, pattern: str) -> str:
    if path:
        return text_of(path)
    with TemporaryDirectory() as folder:
        return text_of(unpacked(package, pattern, Path(folder)))
