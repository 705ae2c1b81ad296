"""Checks that hold after the gpu_policy role has run: the cards as nvidia-smi reports them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
from testinfra.host import Host

from dlbox.settings.schema import Settings
from dlbox.stack.model import Stack
from roles.gpu_policy.manifest import FAILURES, NAME, POLICY, UNIT, policy, settings
from roles.gpu_policy.settings import CardPolicy, GpuPolicy

FIELDS = (
    *("index", "uuid", "persistence_mode", "power.limit", "power.min_limit", "power.max_limit"),
    *("compute_mode", "ecc.mode.pending", "mig.mode.pending"),
)
QUERY = f"nvidia-smi --query-gpu={','.join(FIELDS)} --format=csv,noheader,nounits"
# nvidia-smi does not report locked clocks; the success of the unit is taken as proof of them.
FIELD_OF = {
    "persistence": "persistence_mode",
    "power_limit": "power.limit",
    "compute_mode": "compute_mode",
    "ecc": "ecc.mode.pending",
    "mig": "mig.mode.pending",
}


def reported(text: str) -> list[dict[str, str]]:
    """Return the fields of each card from the answer to QUERY, without those it does not report."""
    rows = [[word.strip() for word in line.split(",")] for line in text.splitlines()]
    return [
        {k: v for k, v in zip(FIELDS, row, strict=True) if v != "N/A" and not v.startswith("[")}
        for row in rows
    ]


def wanted(cards: Mapping[str, CardPolicy], card: Mapping[str, str]) -> dict[str, str]:
    """Return the policy of one card; where several apply, the most specific wins for each field."""
    found: dict[str, str] = {}
    for name in ("all", card["index"], card["uuid"]):
        if name in cards:
            found |= dict(settings(cards[name]))
    return found


def deviations(cards: Mapping[str, CardPolicy], text: str) -> list[str]:
    """Return a line per field that differs from the policy, and per card that is missing."""
    found = reported(text)
    known = {"all", *(card["index"] for card in found), *(card["uuid"] for card in found)}
    missing = [f"GPU {name} is not in this box" for name in cards if name not in known]
    return missing + [
        line for card in found for line in _card_deviations(card, wanted(cards, card))
    ]


def _card_deviations(card: Mapping[str, str], policy: Mapping[str, str]) -> Iterator[str]:
    for setting, value in policy.items():
        field = FIELD_OF.get(setting, "")
        if field not in card:
            continue
        expected = value
        if setting == "power_limit":
            expected = f"{_clamped(float(value), card):.2f}"
        if setting == "mig" and value not in {"Enabled", "Disabled"}:
            expected = "Enabled"
        if card[field] != expected:
            yield f"GPU {card['index']}: {field} is {card[field]}, not {expected}"


def _clamped(watts: float, card: Mapping[str, str]) -> float:
    least = float(card.get("power.min_limit", watts))
    return min(max(watts, least), float(card.get("power.max_limit", max(watts, least))))


def layouts(text: str) -> dict[str, list[str]]:
    """Parse ``nvidia-smi mig -lgi``; return index of a card -> sorted profiles of its instances."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        match line.split():
            case ["|", index, "MIG", profile, *_]:
                found.setdefault(index, []).append(profile)
            case _:
                pass
    return {index: sorted(profiles) for index, profiles in found.items()}


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
