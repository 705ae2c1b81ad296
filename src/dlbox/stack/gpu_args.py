"""Translate the ids and names that a person or a PCI bus gives into cards and NVSwitches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dlbox.stack.catalog_loader import catalog
from dlbox.stack.gpus import GPU_ID, Gpu, NvSwitch, gpu_table, named
from dlbox.stack.model import Refused


def cards_and_switches(ids: Sequence[str]) -> tuple[list[Gpu], list[NvSwitch]]:
    """Return the cards and the NVSwitches among PCI ids; other bridges are ignored. Raises Refused."""
    switches = catalog().nvswitches
    short = [one.removeprefix("10de:") for one in ids]
    cards = [f"10de:{one}" for one, whole in zip(short, ids, strict=True) if one != whole]
    cards = [card for card in cards if card[5:] not in switches]
    strange = [card for card in cards if card not in gpu_table()]
    if strange:
        msg = (
            f"{strange[0]} is not in the id table (src/dlbox/catalog/data/gpus.yaml): what drives it"
            " is unknown, and so not allowed"
        )
        raise Refused(msg)
    return [gpu_table()[card] for card in cards], [switches[s] for s in short if s in switches]


def parse_gpus(words: Iterable[str]) -> list[str]:
    """Return the PCI ids that a person's ids and names refer to. Raises ValueError."""
    return [one for word in words if word != "none" for one in _ids(word)]


def _ids(word: str) -> list[str]:
    lower = word.lower()
    if GPU_ID.fullmatch(lower) or lower in catalog().nvswitches:
        return [lower]
    matches = named(word)
    if not matches:
        msg = f"{word!r} is neither a PCI id such as 10de:1b06 nor the name of a card in the id table"
        raise ValueError(msg)
    # Cards of one chip family and compute capability get the same stack, so any of them will do.
    if len({(gpu.chip[:2], gpu.capability) for gpu in matches}) > 1:
        listing = "; ".join(f"{gpu.id} {gpu.name}" for gpu in matches[:12])
        msg = f"{word!r} may mean {len(matches)} cards | name one by its id: {listing}"
        raise ValueError(msg)
    return [matches[0].id]
