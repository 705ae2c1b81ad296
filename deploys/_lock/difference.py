"""What moves from one lock to another, why, and which end of support that touches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from deploys._lock.entries import entries, of_package, of_wheel
from roles.lock.knobs import told
from roles.lock.model import Lock


def difference(old: Lock, new: Lock) -> list[str]:
    """Return it for a person; never empty where the content differs."""
    lines = [
        *_box(old, new),
        *_layers(old.stack, new.stack),
        *_ends(old.stack, new),
        *entries("packages", map(of_package, old.packages), map(of_package, new.packages)),
        *entries("wheels", map(of_wheel, old.wheels), map(of_wheel, new.wheels)),
        *_keys(old, new),
        *_kernels(old, new),
    ]
    return lines or [_rest(old, new)]


def _box(old: Lock, new: Lock) -> Iterator[str]:
    if old.system != new.system:
        yield f"system: {old.system} -> {new.system}"
    if old.cards != new.cards:
        yield f"cards: {' '.join(old.cards)} -> {' '.join(new.cards)}"
    for knob in sorted({*old.knobs, *new.knobs}):
        if old.knobs.get(knob) != new.knobs.get(knob):
            yield f"{knob}: {told(old.knobs, knob)} -> {told(new.knobs, knob)}"
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


def _ends(old: Mapping[str, Any], new: Lock) -> Iterator[str]:
    """Yield the ends of support that moved, or that are over on the new lock's day."""
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


def _rest(old: Lock, new: Lock) -> str:
    left_out = {"digest", "day"}
    fields = [
        field
        for field in type(old).model_fields
        if field not in left_out and getattr(old, field) != getattr(new, field)
    ]
    return f"{', '.join(fields)}: the same versions, other words or places"
