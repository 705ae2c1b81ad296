"""Group boxes by the lock that they share, and check whether they can share it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dlbox.errors import BadInput
from dlbox.lockfile.compatibility import hardware_ids
from dlbox.lockfile.model import Closure
from dlbox.plan.plan import Plan
from dlbox.settings.model import first_difference, format_value
from dlbox.settings.schema import Settings


@dataclass(frozen=True)
class Observed:
    """An observed box: its plan, and what apt would fetch for that plan."""

    name: str
    plan: Plan
    closure: Closure


def group_by_lock(boxes: Mapping[str, Settings]) -> dict[str, list[str]]:
    """Return path of a lock -> its boxes, whose settings agree. Raises BadInput."""
    found: dict[Path, tuple[str, list[str]]] = {}
    without_lock = []
    for name, settings in boxes.items():
        path = settings.host.lock
        if path is None:
            without_lock.append(f"{name}: box_lock is not set | name a file in the inventory")
        else:
            # ./x.yaml and x.yaml are the same file, and so the same class.
            found.setdefault(Path(path).resolve(), (path, []))[1].append(name)
    if without_lock:
        raise BadInput("\n".join(without_lock))
    for path, names in found.values():
        for other in names[1:]:
            _require_agreement(path, (names[0], boxes[names[0]]), (other, boxes[other]))
    return dict(found.values())


def _require_agreement(
    path: str, one: tuple[str, Settings], other: tuple[str, Settings]
) -> None:
    here, there = one[1].locked(), other[1].locked()
    name = first_difference(here, there)
    if name:
        msg = (
            f"{one[0]} and {other[0]}: {path} is for both, and {name} is {format_value(here, name)}"
            f" here, {format_value(there, name)} there | give them one value, or two files"
        )
        raise BadInput(msg)


def incompatibility(boxes: Sequence[Observed]) -> str | None:
    """Return one line on why observed boxes cannot share a lock; None: they can."""
    reasons = (_box_incompatibility(boxes[0], other) for other in boxes[1:])
    return next(filter(None, reasons), None)


def _box_incompatibility(one: Observed, other: Observed) -> str | None:
    both = f"{one.name} and {other.name}"
    system, other_system = one.plan.box.system, other.plan.box.system
    if system != other_system:
        return f"{both}: {system} here, {other_system} there"
    here, there = (hardware_ids(box.plan.box, box.plan.settings) for box in (one, other))
    if Counter(here) != Counter(there):
        return f"{both}: cards {_words(here)} here, {_words(there)} there"
    versions = {(p.name, p.architecture): p.version for p in one.closure.packages}
    for package in other.closure.packages:
        version = versions.get((package.name, package.architecture), package.version)
        if version != package.version:
            return f"{both}: {package.name} would be {version} here, {package.version} there"
    return None


def _words(ids: Iterable[str]) -> str:
    return " ".join(ids) or "none"
