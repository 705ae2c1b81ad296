"""Drift: differences between a box, its record and its settings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from dlbox.state.drift_text import format_declared_change, format_difference
from dlbox.state.record import Difference, Record

Item = tuple[str, str]
"""Kind and name of a thing."""
INPUTS = ("inputs", "settings, catalogue or dlbox itself")
"""Kind and name of the change where the inputs differ, but nothing that they produce differs."""
INTERRUPTED = ("run", "up")
"""Kind and name of the change where an ``up`` began after the record was written, and did not
end."""
ChangedIn = Literal["settings", "box", "both"]
LABELS: Mapping[ChangedIn, str] = {
    "settings": "in the settings",
    "box": "on the box",
    "both": "both",
}


@dataclass(frozen=True)
class Change:
    """One thing that is no longer as it was applied."""

    kind: str
    name: str
    changed_in: ChangedIn
    """settings: they ask for something else; box: the thing was changed outside dlbox; both."""
    was: str
    now: str
    """States of the thing on the box; if only the settings changed, its declarations."""
    detail: str
    """The same change in words for a person."""


def classify(
    recorded: Record, wanted: Iterable[str] | None, digest: str | None = None
) -> list[Change]:
    """Return the changes since the record, in a fixed order.

    ``wanted``: KIND<TAB>NAME<TAB>DECLARED lines of what the settings ask for now; None: not
    known. ``digest``: the fingerprint of all inputs now; None: not known.
    """
    then, now = recorded.declared, _declarations(wanted, recorded.declared)
    moved = {item for item in {*then, *now} if then.get(item) != now.get(item)}
    found = {(one.kind, one.name): one for one in recorded.differences}
    changes = [
        _change(item, found.get(item), then.get(item), now.get(item))
        for item in sorted({*found, *moved})
    ]
    if recorded.interrupted:
        changes.append(
            Change(
                *INTERRUPTED, "settings", "begun", "interrupted", "interrupted; run it again"
            )
        )
    if digest in (None, recorded.digest) or changes or recorded.pending:
        return changes
    # A boot completes what is pending, and the boot is one of the inputs.
    return [
        Change(*INPUTS, "settings", recorded.digest, str(digest), "changed since the last up")
    ]


def _declarations(
    wanted: Iterable[str] | None, otherwise: Mapping[Item, str]
) -> Mapping[Item, str]:
    if wanted is None:
        return otherwise
    rows = [line.split("\t", 2) for line in wanted]
    return {(kind, name): declared for kind, name, declared in rows}


def _change(item: Item, found: Difference | None, was: str | None, now: str | None) -> Change:
    kind, name = item
    if found is None:
        return Change(
            kind, name, "settings", was or "", now or "", format_declared_change(kind, was, now)
        )
    if was == now:
        return Change(kind, name, "box", found.was, found.now, format_difference(found))
    detail = f"{format_difference(found)}; and by the settings: {format_declared_change(kind, was, now)}"
    return Change(kind, name, "both", found.was, found.now, detail)


def format_drift(box: str, changes: Sequence[Change]) -> list[str]:
    """Return the lines that describe the drift of a box to a person."""
    if not changes:
        return [f"{box}: no drift"]
    count = f"{len(changes)} difference{'s' if len(changes) > 1 else ''}"
    width = max(len(LABELS[change.changed_in]) for change in changes)
    rows = [
        f"  {LABELS[one.changed_in]:<{width}}  {one.kind} {one.name}: {one.detail}"
        for one in changes
    ]
    return [f"{box}: {count}", *rows]


def drift_json(changes: Iterable[Change]) -> list[dict[str, Any]]:
    """Return the changes as plain data, for programs."""
    return [asdict(change) for change in changes]
