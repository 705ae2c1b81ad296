"""Describe in one line who uses the GPU."""

from __future__ import annotations

from collections.abc import Sequence

from roles.nvidia_driver.in_use.facts import GpuUse, Holder
from roles.nvidia_driver.in_use.services import MODULES

MOST = 3
WIDTH = 40


def blocker(use: GpuUse) -> str:
    """Return why the loaded driver cannot be changed without harming work; empty: it can be."""
    if use.work:
        return f"the GPU is in use by {format_users(use.work)}"
    if use.blind:
        return "who holds the GPU can be seen by a full root alone"
    for module in use.modules:
        strange = [name for name in module.dependents if name not in MODULES]
        if strange:
            return f"module {strange[0]} is not part of the driver and depends on {module.name}"
        if not use.holders and module.references > len(module.dependents):
            return f"module {module.name} is in use, but no process holds it (a text console?)"
    return ""


def format_users(holders: Sequence[Holder]) -> str:
    """Return the holders for a person, the oldest first: workers are younger than their parents."""
    oldest = sorted(holders, key=lambda holder: (-holder.age_s, holder.pid))
    more = f" and {len(oldest) - MOST} more" if len(oldest) > MOST else ""
    return ", ".join(_one(holder) for holder in oldest[:MOST]) + more


def _one(holder: Holder) -> str:
    inside = f"container {holder.container} " if holder.container else ""
    return (
        f"{inside}pid {holder.pid} {holder.user} {_short(holder.command)} ({age(holder.age_s)})"
    )


def _short(command: str) -> str:
    program, space, words = command.partition(" ")
    text = program.rpartition("/")[2] + space + words
    plain = "".join(letter if letter.isprintable() else "?" for letter in text)
    return plain if len(plain) <= WIDTH else f"{plain[: WIDTH - 1]}…"


def age(seconds: int) -> str:
    """Return an age in its largest unit, e.g. 3 h."""
    for size, unit in ((48 * 3600, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // min(size, 86400)} {unit}"
    return f"{seconds} s"
