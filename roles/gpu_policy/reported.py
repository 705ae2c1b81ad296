"""Compare the cards as nvidia-smi reports them with their policy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from roles.gpu_policy.content import settings
from roles.gpu_policy.settings import CardPolicy

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
