"""What was observed never undoes what was recorded: the cards of a box."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dlbox.host.cards import (
    card_differences,
    cards_on_bus,
    lost_cards_fault,
    moved_cards,
    planned_cards,
    same_cards,
)
from dlbox.host.identity import Identity
from dlbox.host.pcie import slot
from dlbox.state.record import Card, Record
from tests.support.builders import a_box, a_plan, some_settings

TI, ADA, SWITCH = "10de:1b06", "10de:2684", "1af1"
A, B, C = "0000:01:00.0", "0000:02:00.0", "0000:0a:00.0"
OUT = "check the card, its power and its slot; or go on with what is there: box_gpus ="


def box(*bus: tuple[str, str], recorded: tuple[Card, ...] = (), **more: Any) -> Identity:
    """Return a box with cards (address, id) on its bus, and a record."""
    return a_box(
        pci_gpus=tuple(gpu for _, gpu in bus),
        slots=tuple(slot(f"{address}|{gpu}|||||||||-1") for address, gpu in bus),
        recorded=Record(digest="x", cards=recorded) if recorded else None,
        **more,
    )


TWO = (Card(TI, A), Card(TI, B))


@pytest.mark.parametrize(
    ("bus", "fault"),
    [
        ([(A, TI), (B, TI)], None),
        (
            [(A, TI)],
            (
                f"1 of 2 cards is gone: GeForce GTX 1080 Ti ({TI}) at {B}; nothing is removed"
                f' | {OUT} ["{TI}"]'
            ),
        ),
        (
            [(B, TI)],
            (
                f"1 of 2 cards is gone: GeForce GTX 1080 Ti ({TI}) at {A}; nothing is removed"
                f' | {OUT} ["{TI}"]'
            ),
        ),
        (
            [],
            (
                f"2 of 2 cards are gone: GeForce GTX 1080 Ti ({TI}) at {A},"
                f" GeForce GTX 1080 Ti ({TI}) at {B}; nothing is removed | {OUT} []"
            ),
        ),
        (
            [(A, ADA), (B, TI)],
            (
                f"1 of 2 cards is gone: GeForce GTX 1080 Ti ({TI}) at {A};"
                f" new is GeForce RTX 4090 ({ADA}) at {A}; nothing is removed"
                f' | {OUT} ["{ADA}", "{TI}"]'
            ),
        ),
        ([(A, TI), (C, TI)], None),
        ([(A, TI), (B, TI), (C, ADA)], None),
    ],
)
def test_a_card_that_is_gone_is_named_with_both_ways_out(
    bus: list[tuple[str, str]], fault: str | None
) -> None:
    assert lost_cards_fault(box(*bus, recorded=TWO), some_settings()) == fault


@pytest.mark.parametrize("bus", [[], [(A, TI)], [(A, ADA), (B, TI)]])
def test_a_lost_card_changes_no_plan(bus: list[tuple[str, str]]) -> None:
    before = a_plan(box((A, TI), (B, TI), recorded=TWO))
    after = a_plan(box(*bus, recorded=TWO))
    assert after.stack == before.stack
    assert after.digest == before.digest
    assert after.cards == TWO


def test_the_owner_goes_on_without_a_card_by_naming_the_rest() -> None:
    one = box((A, TI), recorded=TWO)
    settings = some_settings(box_gpus=[TI])
    assert lost_cards_fault(one, settings) is None
    assert planned_cards(one, settings) == (Card(TI, A),)
    assert not same_cards(one, settings)
    none = some_settings(box_gpus=[])
    assert planned_cards(box(recorded=TWO), none) == ()
    assert lost_cards_fault(box(recorded=TWO), none) is None


def test_a_declared_card_is_recorded_and_does_not_vanish_with_its_setting() -> None:
    assert planned_cards(box(), some_settings(box_gpus=[TI])) == (Card(TI),)
    fault = lost_cards_fault(box(recorded=(Card(TI),)), some_settings())
    assert fault is not None
    assert fault.startswith(f"1 of 1 cards is gone: GeForce GTX 1080 Ti ({TI}); nothing")


def test_a_card_in_another_slot_is_the_same_card() -> None:
    moved = box((A, TI), (C, TI), recorded=TWO)
    assert planned_cards(moved, some_settings()) == (Card(TI, A), Card(TI, C))
    assert moved_cards(moved, some_settings()) == (
        f"GeForce GTX 1080 Ti ({TI}) is at {C} now, it was at {B}",
    )
    assert not same_cards(moved, some_settings()), "the record is written again"
    old = box((A, TI), (B, TI), recorded=(Card(TI), Card(TI)))
    assert moved_cards(old, some_settings()) == ()
    assert same_cards(old, some_settings()), "an old record has no addresses"


def test_a_new_card_is_planned_for() -> None:
    more = box((A, TI), (B, TI), (C, TI), recorded=TWO)
    assert len(planned_cards(more, some_settings())) == 3
    assert not same_cards(more, some_settings())


def test_a_switch_that_is_gone_counts_too_where_the_login_can_see_it() -> None:
    switches = (*TWO, Card(SWITCH), Card("nvlink5"))
    seen = box((A, TI), (B, TI), recorded=switches)
    fault = lost_cards_fault(seen, some_settings())
    assert fault is not None
    assert fault.startswith("2 of 4 cards are gone: 1af1, nvlink5;")
    as_user = box((A, TI), (B, TI), recorded=switches, uid=1000, bridges=(SWITCH,))
    assert lost_cards_fault(as_user, some_settings()) is None
    assert planned_cards(as_user, some_settings()) == switches
    less = box((A, TI), recorded=switches, uid=1000, bridges=(SWITCH,))
    fault = lost_cards_fault(less, some_settings())
    assert fault is not None
    assert fault.endswith(f'box_gpus = ["{TI}", "{SWITCH}", "nvlink5"]')


def test_a_bridge_that_is_no_switch_is_no_card() -> None:
    assert cards_on_bus(box((A, TI), bridges=("0abc", SWITCH))) == (Card(TI, A), Card(SWITCH))


def test_a_record_of_an_older_dlbox_has_the_switches_that_are_there() -> None:
    old = box((A, TI), (B, TI), recorded=(Card(TI), Card(TI)), bridges=(SWITCH,))
    assert card_differences(old, some_settings()) == []
    one = box((A, TI), recorded=(Card(TI), Card(TI)), bridges=(SWITCH,))
    assert planned_cards(one, some_settings()) == (Card(TI), Card(TI), Card(SWITCH))


def test_equal_declared_cards_have_an_address_each() -> None:
    two = some_settings(box_gpus=[TI, TI, "10de:1af1"])
    seen = box((A, TI), (B, TI), bridges=(SWITCH,))
    assert planned_cards(seen, two) == (*TWO, Card(SWITCH))


def test_a_card_that_a_virtual_machine_owns_is_gone_and_said() -> None:
    passed = box((A, TI), recorded=TWO, passed=(f"{B} {TI}",))
    fault = lost_cards_fault(passed, some_settings())
    assert fault is not None
    assert f"({TI}) at {B} (a virtual machine owns it now);" in fault


def test_drift_names_each_card() -> None:
    changed = box((A, ADA), (C, TI), recorded=TWO)
    rows = [
        (one.kind, one.name, one.was, one.now)
        for one in card_differences(changed, some_settings())
    ]
    assert rows == [
        ("card", B, TI, "gone"),
        ("card", A, "", ADA),
        ("card", C, A, C),
    ]


def test_the_way_out_is_a_setting_that_is_understood() -> None:
    fault = lost_cards_fault(box((A, ADA), recorded=TWO), some_settings())
    assert fault is not None
    gpus = json.loads(fault.rpartition("box_gpus = ")[2])
    assert some_settings(box_gpus=gpus).host.gpus == [ADA]
