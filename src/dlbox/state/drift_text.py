"""Drift in words for people: how a thing differs from its record and from its declaration."""

from __future__ import annotations

from itertools import zip_longest

from dlbox.state.record import Difference

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
