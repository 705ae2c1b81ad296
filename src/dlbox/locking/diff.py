"""Describe what changes from one lock to another, why, and which end of support it affects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from dlbox.lockfile.model import Lock, LockedPackage, LockedWheel
from dlbox.settings.model import format_value


def difference(old: Lock, new: Lock) -> list[str]:
    """Return the lines that describe the difference to a person; never empty where the content differs."""
    lines = [
        *_box(old, new),
        *_layers(old.stack, new.stack),
        *_ends_of_support(old.stack, new),
        *diff_entries(
            "packages", map(package_entry, old.packages), map(package_entry, new.packages)
        ),
        *diff_entries("wheels", map(wheel_entry, old.wheels), map(wheel_entry, new.wheels)),
        *_keys(old, new),
        *_kernels(old, new),
    ]
    return lines or [_other_fields(old, new)]


def _box(old: Lock, new: Lock) -> Iterator[str]:
    if old.system != new.system:
        yield f"system: {old.system} -> {new.system}"
    if old.cards != new.cards:
        yield f"cards: {' '.join(old.cards)} -> {' '.join(new.cards)}"
    for name in sorted({*old.knobs, *new.knobs}):
        if old.knobs.get(name) != new.knobs.get(name):
            yield f"{name}: {format_value(old.knobs, name)} -> {format_value(new.knobs, name)}"
    if old.tool != new.tool:
        yield f"dlbox: {old.tool} -> {new.tool}"
    if old.catalog != new.catalog:
        yield f"catalogue: changed since {old.day}"


def _layers(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    before, after = old["choices"], new["choices"]
    for layer in dict.fromkeys((*before, *after)):
        was, will = (_name(stack, layer) for stack in (old, new))
        if was != will:
            why = after[layer]["reason"] if layer in after else new["skipped"].get(layer, "")
            yield f"{layer}: {was} -> {will}: {why}"


def _name(stack: Mapping[str, Any], layer: str) -> str:
    choice = stack["choices"].get(layer)
    if choice is None:
        return "none"
    row = stack["frameworks"].get(layer) or stack.get(layer) or {}
    words = (row.get(word) for word in ("flavour", "variant"))
    return " ".join(filter(None, (choice["version"], *words, f"({choice['source']})")))


def _ends_of_support(old: Mapping[str, Any], new: Lock) -> Iterator[str]:
    """Yield the ends of support that moved, or that have passed on the day of the new lock."""
    for layer, choice in new.stack["choices"].items():
        before = old["choices"].get(layer, {}).get("until")
        until, why = choice["until"], choice["until_reason"]
        if until and until < new.day:
            yield f"{layer}: out of support since {until}: {why}"
        elif before != until and (before or until):
            yield f"{layer}: until {before or 'no day'} -> {until or 'no day'}: {why}"


def _keys(old: Lock, new: Lock) -> Iterator[str]:
    before, after = ({(r.uri, r.key) for r in lock.repositories} for lock in (old, new))
    for uri, key in sorted(before - after):
        yield f"repository {uri}: no longer signed by {key or 'nobody'}"
    for uri, key in sorted(after - before):
        yield f"repository {uri}: signed by {key or 'nobody'} now"


def _kernels(old: Lock, new: Lock) -> Iterator[str]:
    yield from (f"kernel - {kernel}" for kernel in old.kernels if kernel not in new.kernels)
    yield from (f"kernel + {kernel}" for kernel in new.kernels if kernel not in old.kernels)
    if old.compiler != new.compiler:
        yield f"compiler: {old.compiler or 'none'} -> {new.compiler or 'none'}"
    for what in sorted({*old.modules, *new.modules}):
        if old.modules.get(what) != new.modules.get(what):
            was, will = (lock.modules.get(what, "not compiled")[:12] for lock in (old, new))
            yield f"module {what}: {was} -> {will}"


def _other_fields(old: Lock, new: Lock) -> str:
    left_out = {"digest", "day"}
    fields = [
        field
        for field in type(old).model_fields
        if field not in left_out and getattr(old, field) != getattr(new, field)
    ]
    return f"{', '.join(fields)}: the same versions, other words or places"


class Entry(NamedTuple):
    """The parts of a package or a wheel that a difference compares."""

    name: str
    version: str
    file: str
    sha256: str


def package_entry(package: LockedPackage) -> Entry:
    """Return a package's entry."""
    return Entry(package.apt_name, package.version, package.file, package.sha256)


def wheel_entry(wheel: LockedWheel) -> Entry:
    """Return a wheel's entry."""
    return Entry(wheel.name, wheel.version, wheel.file, wheel.sha256)


def diff_entries(title: str, old: Iterable[Entry], new: Iterable[Entry]) -> list[str]:
    """Return a heading with counts, and a line for each entry that was moved, added, removed or rebuilt."""
    old_entries, new_entries = list(old), list(new)
    before, after = _by_name(old_entries), _by_name(new_entries)
    names = sorted({*before, *after})
    moved = [line for name in names for line in _moved(name, before, after)]
    return [f"{title}: {len(old_entries)} -> {len(new_entries)}", *moved] if moved else []


def _by_name(entries: Iterable[Entry]) -> dict[str, dict[str, Entry]]:
    """Return name -> version -> entry; a box may have a wheel in two versions, in two venvs."""
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
