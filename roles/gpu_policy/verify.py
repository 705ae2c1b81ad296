"""Checks that hold after the gpu_policy role has run."""

from __future__ import annotations

import pytest
from testinfra.host import Host

from dlbox.settings.schema import Settings
from dlbox.stack.model import Stack
from roles.gpu_policy.content import FAILURES, NAME, POLICY, UNIT, policy
from roles.gpu_policy.reported import QUERY, deviations, layouts, reported, wanted
from roles.gpu_policy.settings import CardPolicy, GpuPolicy


@pytest.fixture
def cards(settings: Settings, stack: Stack) -> dict[str, CardPolicy]:
    """Return the declared policy of a box that has cards."""
    declared = settings[GpuPolicy].cards
    if not declared:
        pytest.skip("gpu_policy_cards is empty")
    if stack.driver is None:
        pytest.skip("the box has no GPU, by declaration or by its PCI bus")
    return declared


def test_without_a_policy_there_is_no_unit(box: Host, settings: Settings) -> None:
    if settings[GpuPolicy].cards:
        pytest.skip("gpu_policy_cards is set")
    assert not box.file(UNIT).exists, f"{UNIT} is still there"


def test_the_policy_is_the_declared_one(box: Host, cards: dict[str, CardPolicy]) -> None:
    assert box.file(POLICY).content_string == policy(cards)


@pytest.mark.service
def test_it_is_applied_at_boot(box: Host, cards: dict[str, CardPolicy]) -> None:
    assert box.service(NAME).is_enabled, f"{NAME} does not start at boot"


@pytest.mark.service
def test_it_was_applied_in_full(box: Host, cards: dict[str, CardPolicy]) -> None:
    state = box.run(f"systemctl is-failed {NAME}").stdout.strip()
    assert state != "failed", box.run(f"cat {FAILURES}").stdout


@pytest.mark.gpu
def test_the_cards_are_set_as_declared(box: Host, cards: dict[str, CardPolicy]) -> None:
    assert deviations(cards, box.check_output(QUERY)) == []


@pytest.mark.gpu
def test_the_mig_layout_is_the_declared_one(box: Host, cards: dict[str, CardPolicy]) -> None:
    found = reported(box.check_output(QUERY))
    mig = {card["index"]: wanted(cards, card).get("mig", "Enabled") for card in found}
    declared = {
        index: sorted(layout.split(","))
        for index, layout in mig.items()
        if layout not in {"Enabled", "Disabled"}
    }
    if not declared:
        pytest.skip("no MIG layout is declared")
    there = layouts(box.run("nvidia-smi mig -lgi").stdout)
    assert {index: there.get(index, []) for index in declared} == declared
