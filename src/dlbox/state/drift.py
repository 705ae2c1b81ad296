"""Classify what differs between a box, its record and its settings, and format it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import zip_longest
from typing import Any, Literal

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


FIELDS = {
    "file": ("mode", "user", "group", "content"),
    "folder": ("mode", "user", "group"),
    "unit": ("", ""),
    "user": ("number", "shell", "home", "groups", "password"),
}
"""Names of the words in a state, by kind."""
NO_STATES = {"absent": "removed", "unseen": "could not be seen"}
PASSWORD = {"L": "locked", "NP": "empty", "P": "set"}
SHA256 = 64
DIGEST = 12
"""Digits of a digest that are enough to tell two digests apart."""


def format_difference(one: Difference) -> str:
    """Return how a thing differs from its state right after ``up``."""
    if one.now in NO_STATES:
        return NO_STATES[one.now]
    if one.was == "absent":
        return "was missing, is there"
    if one.kind == "tree":
        return _tree(one)
    if one.kind == "package":
        return _package(one.was.split(" "), one.now.split(" "))
    return _fields(one) if one.kind in FIELDS else f"{one.was} -> {one.now}"


def _fields(one: Difference) -> str:
    names, paths = FIELDS[one.kind], one.kind in ("file", "folder")
    if paths and not one.now[0].isdigit():
        return f"replaced by {_other(one.now)}"
    if paths and not one.was[0].isdigit():
        return f"was {_other(one.was)}"
    rows = zip_longest(names, one.was.split(" "), one.now.split(" "), fillvalue="")
    return ", ".join(_field(name, was, now) for name, was, now in rows if was != now)


def _other(state: str) -> str:
    return f"a link to {state[5:]}" if state.startswith("link ") else "something else"


def _field(name: str, was: str, now: str) -> str:
    if name == "content":
        return "content changed"
    if name == "password":
        return f"password {PASSWORD.get(was, was)} -> {PASSWORD.get(now, now)}"
    return f"{name} {was} -> {now}".strip()


def _tree(one: Difference) -> str:
    was, now = one.was.partition(" ")[0], one.now.partition(" ")[0]
    if was != now:
        return f"{was} -> {'no folder' if now == 'other' else now}"
    if not one.count:
        return "its files differ"
    files = "file differs" if one.count == 1 else "files differ"
    more = ", ..." if one.count > len(one.paths) else ""
    return f"{one.count} {files}: {', '.join(one.paths)}{more}"


def _package(was: list[str], now: list[str]) -> str:
    if now[-1][1:2] != "i":
        return "removed" if now[-1][1:2] in "cn" else f"left half done ({now[-1]})"
    changes = [f"{was[0]} -> {now[0]}"] if was[0] != now[0] else []
    held = [state[-1].startswith("h") for state in (was, now)]
    if held[0] != held[1]:
        changes.append("put on hold" if held[1] else "hold removed")
    return ", ".join(changes) or f"{was[-1]} -> {now[-1]}"


def format_declared_change(kind: str, was: str | None, now: str | None) -> str:
    """Return how a declaration changed from ``was`` to ``now``; None: not declared."""
    if was is None:
        return "now requested"
    if now is None:
        return "no longer requested"
    (mode, _, digest), (mode_now, _, digest_now) = was.partition(" "), now.partition(" ")
    if kind == "file" and len(digest) == len(digest_now) == SHA256:
        changes = [f"mode {mode} -> {mode_now}"] if mode != mode_now else []
        return ", ".join([*changes, *(["other content"] if digest != digest_now else [])])
    if kind == "tree":
        return f"other wheels, lock {was[:DIGEST]} -> {now[:DIGEST]}"
    return f"{was or 'any'} -> {now or 'any'}"


@dataclass(frozen=True)
class Comparison:
    """Comparison of one box with its record and its settings."""

    changes: tuple[Change, ...] = ()
    refused: str | None = None
    """Reason why its settings no longer give a stack, so that only changes on the box itself
    are reported."""
    failed: str | None = None
    """Reason why the box could not be compared."""
    pending: tuple[str, ...] = ()
    """What its last ``up`` left to do."""
