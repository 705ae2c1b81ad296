"""What differs between two lists of packages or of wheels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from roles.lock.model import LockedPackage, LockedWheel


class Entry(NamedTuple):
    """A package or a wheel, as far as a difference goes."""

    name: str
    version: str
    file: str
    sha256: str


def of_package(package: LockedPackage) -> Entry:
    """Return it; a foreign architecture is part of the name, as dpkg writes it."""
    native = package.architecture in {"amd64", "all"}
    name = package.name if native else f"{package.name}:{package.architecture}"
    return Entry(name, package.version, package.file, package.sha256)


def of_wheel(wheel: LockedWheel) -> Entry:
    """Return it."""
    return Entry(wheel.name, wheel.version, wheel.file, wheel.sha256)


def entries(title: str, old: Iterable[Entry], new: Iterable[Entry]) -> list[str]:
    """Return a heading with counts, and a line for each that moved, came, went or was made anew."""
    was, will = list(old), list(new)
    before, after = _by_name(was), _by_name(will)
    names = sorted({*before, *after})
    moved = [line for name in names for line in _moved(name, before, after)]
    return [f"{title}: {len(was)} -> {len(will)}", *moved] if moved else []


def _by_name(entries: Iterable[Entry]) -> dict[str, dict[str, Entry]]:
    """Return name -> version -> entry: of wheels a box may have two versions, in two venvs."""
    found: dict[str, dict[str, Entry]] = {}
    for entry in entries:
        found.setdefault(entry.name, {})[entry.version] = entry
    return found


def _moved(
    name: str, before: dict[str, dict[str, Entry]], after: dict[str, dict[str, Entry]]
) -> Iterator[str]:
    old, new = before.get(name, {}), after.get(name, {})
    gone, come = [v for v in old if v not in new], [v for v in new if v not in old]
    if len(gone) == len(come) == 1:
        yield f"  {name} {gone[0]} -> {come[0]}"
    else:
        yield from (f"  - {name} {version}" for version in gone)
        yield from (f"  + {name} {version}" for version in come)
    for version, entry in old.items():
        if version not in new or entry[2:] == new[version][2:]:
            continue
        if entry.file != new[version].file:
            yield f"  {name} {version}: {entry.file} -> {new[version].file}"
        else:
            yield f"  {name} {version}: the same version with OTHER BYTES (SHA-256 differs)"
