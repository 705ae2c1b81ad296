"""Which boxes share a lock, and whether they can."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from pyinfra.api import Host

from deploys._guard import BadInput
from deploys._lock.seen import SEEN
from roles.box.inventory import data
from roles.box.outcome import OUTCOMES
from roles.box.settings import Box
from roles.lock.fit import cards
from roles.lock.knobs import differing, locked_knobs, told


def classes(hosts: Iterable[Host]) -> dict[str, list[Host]]:
    """Return path of a lock -> its boxes, whose knobs agree. Raises BadInput."""
    found: dict[Path, tuple[str, list[Host]]] = {}
    lacking = []
    for host in hosts:
        path = Box.of(data(host)).lock
        if path is None:
            lacking.append(f"{host.name}: box_lock is not set | name a file in the inventory")
        else:
            # ./x.yaml and x.yaml are one file, and one class.
            found.setdefault(Path(path).resolve(), (path, []))[1].append(host)
    if lacking:
        raise BadInput("\n".join(lacking))
    for path, boxes in found.values():
        for other in boxes[1:]:
            _agree(path, boxes[0], other)
    return dict(found.values())


def _agree(path: str, one: Host, other: Host) -> None:
    mine, theirs = locked_knobs(data(one)), locked_knobs(data(other))
    knob = differing(mine, theirs)
    if knob:
        msg = (
            f"{one.name} and {other.name}: {path} is for both, and {knob} is {told(mine, knob)} here,"
            f" {told(theirs, knob)} there | give them one value, or two files"
        )
        raise BadInput(msg)


def apart(hosts: list[Host]) -> str | None:
    """Return in one line why boxes that were looked at cannot share a lock; None: they can."""
    return next(filter(None, (_apart(hosts[0], other) for other in hosts[1:])), None)


def _apart(one: Host, other: Host) -> str | None:
    both = f"{one.name} and {other.name}"
    mine, theirs = (OUTCOMES[host.name].plan for host in (one, other))
    if mine is None or theirs is None:
        return None
    if mine.box.system != theirs.box.system:
        return f"{both}: {mine.box.system} here, {theirs.box.system} there"
    here, there = (cards(p.box, data(h)) for p, h in ((mine, one), (theirs, other)))
    if Counter(here) != Counter(there):
        return f"{both}: cards {_words(here)} here, {_words(there)} there"
    versions = {(p.name, p.architecture): p.version for p in SEEN[one.name].packages}
    for package in SEEN[other.name].packages:
        version = versions.get((package.name, package.architecture), package.version)
        if version != package.version:
            return f"{both}: {package.name} would be {version} here, {package.version} there"
    return None


def _words(ids: Iterable[str]) -> str:
    return " ".join(ids) or "none"
