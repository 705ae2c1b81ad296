"""The cards that a box is set up for, compared with the cards that it shows now.

What was observed never undoes what was recorded: a card that fell off the bus takes no driver and
no framework along. Its owner says so, with ``box_gpus``.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from dlbox.host.identity import Identity
from dlbox.settings.schema import Settings
from dlbox.stack.catalog_loader import catalog
from dlbox.stack.gpus import gpu_table
from dlbox.state.drift import Change
from dlbox.state.record import Card

NEEDS_ROOT = {"nvlink5"}
"""What only root sees on the bus."""


@dataclass(frozen=True)
class CardChanges:
    """How the bus of a box differs from its record."""

    lost: tuple[Card, ...] = ()
    moved: tuple[tuple[Card, Card], ...] = ()
    """Cards at another address than recorded: as recorded, as they are now."""
    new: tuple[Card, ...] = ()


def cards_on_bus(box: Identity) -> tuple[Card, ...]:
    """Return the GPUs and switches that a box shows, with their addresses where they are known.

    What only root sees counts as shown to others, if the record has it.
    """
    addresses: dict[str, list[str]] = {}
    for slot in box.slots:
        addresses.setdefault(slot.id, []).append(slot.address)
    gpus = [
        Card(one, addresses[one].pop(0) if addresses.get(one) else "") for one in box.pci_gpus
    ]
    switches = [Card(one) for one in box.bridges if one in catalog().nvswitches]
    recorded = box.recorded.cards if box.recorded else ()
    unseen = [card for card in recorded if box.uid != 0 and card.id in NEEDS_ROOT]
    return (*gpus, *switches, *(card for card in unseen if card not in switches))


def _recorded(box: Identity) -> tuple[Card, ...]:
    cards = box.recorded.cards if box.recorded else ()
    if any(card.address or card.id in catalog().nvswitches for card in cards):
        return cards
    # A record of dlbox 0.1 names no switches: it has those that are there.
    switches = (card for card in cards_on_bus(box) if card.id in catalog().nvswitches)
    return (*cards, *switches) if cards else ()


def card_changes(box: Identity, settings: Settings) -> CardChanges:
    """Compare the bus with the record; where the settings declare cards, only these count."""
    recorded = _recorded(box)
    if settings.host.gpus is not None or not recorded:
        return CardChanges()
    now = list(cards_on_bus(box))
    elsewhere = [card for card in recorded if not _take(now, card)]
    lost, moved = [], []
    for card in elsewhere:
        same = next((one for one in now if one.id == card.id), None)
        if same is None:
            lost.append(card)
            continue
        now.remove(same)
        if card.address and same.address:
            moved.append((card, same))
    return CardChanges(tuple(lost), tuple(moved), tuple(now))


def _take(now: list[Card], card: Card) -> bool:
    if card in now:
        now.remove(card)
        return True
    return False


def planned_cards(box: Identity, settings: Settings) -> tuple[Card, ...]:
    """Return the GPUs and switches that a plan is made for.

    They are the declared ones, or those on the bus; or those of the record, while one is lost.
    """
    on_bus = cards_on_bus(box)
    declared = settings.host.gpus
    if declared is not None:
        there = list(on_bus)
        return tuple(_declared(gpu, there) for gpu in declared)
    return _recorded(box) if card_changes(box, settings).lost else on_bus


def _declared(gpu: str, there: list[Card]) -> Card:
    """Return a declared card, with the address of one on the bus that no other one was given."""
    switch = gpu.removeprefix("10de:")
    wanted = switch if switch in catalog().nvswitches else gpu
    found = next((one for one in there if one.id == wanted), Card(wanted))
    _take(there, found)
    return found


def lost_cards_fault(box: Identity, settings: Settings) -> str | None:
    """Return which recorded cards the box no longer shows, and both ways out; None: it has all."""
    changes = card_changes(box, settings)
    if not changes.lost:
        return None
    count, total = len(changes.lost), len(_recorded(box))
    gone = f"{count} of {total} cards {'is' if count == 1 else 'are'} gone"
    instead = f"; new is {_listing(changes.new)}" if changes.new else ""
    rest = json.dumps([card.id for card in cards_on_bus(box)])
    return (
        f"{gone}: {_listing(changes.lost, box.passed)}{instead}; nothing is removed"
        f" | check the card, its power and its slot; or go on with what is there: box_gpus = {rest}"
    )


def moved_cards(box: Identity, settings: Settings) -> tuple[str, ...]:
    """Return a notice for each card that is at another address than recorded."""
    return tuple(
        f"{_name(was.id)} is at {now.address} now, it was at {was.address}"
        for was, now in card_changes(box, settings).moved
    )


def same_cards(box: Identity, settings: Settings) -> bool:
    """Return whether the record has the cards that a plan is made for, where they are now."""
    ids = sorted(card.id for card in _recorded(box))
    planned = sorted(card.id for card in planned_cards(box, settings))
    return ids == planned and not card_changes(box, settings).moved


def card_differences(box: Identity, settings: Settings) -> list[Change]:
    """Return the changes of the bus, in the form of ``drift``."""
    changes = card_changes(box, settings)
    rows = [(card, card.id, "gone", f"{_name(card.id)} is gone") for card in changes.lost]
    rows += [(card, "", card.id, f"{_name(card.id)} is new") for card in changes.new]
    rows += [
        (now, was.address, now.address, f"{_name(was.id)} is at {now.address} now")
        for was, now in changes.moved
    ]
    return [
        Change("card", card.address or card.id, "box", was, now, detail)
        for card, was, now, detail in rows
    ]


def _listing(cards: Iterable[Card], passed: Collection[str] = ()) -> str:
    return ", ".join(
        _name(card.id)
        + (f" at {card.address}" if card.address else "")
        + (" (a virtual machine owns it now)" if f"{card.address} {card.id}" in passed else "")
        for card in cards
    )


def _name(card: str) -> str:
    gpu = gpu_table().get(card)
    return f"{gpu.name} ({card})" if gpu else card
