"""Locks that are not of a box, and packages that are not what was locked: each is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dlbox.lockfile.file import dump_lock, seal_lock
from dlbox.lockfile.model import Lock
from tests.rebuild.two_boxes import KNOBS


def resealed(**content: Any) -> Callable[[Lock], str]:
    def text(lock: Lock) -> str:
        plain = lock.model_dump(mode="json", exclude={"format", "digest"})
        return dump_lock(seal_lock({**plain, **content}))

    return text


def edited(lock: Lock) -> str:
    return dump_lock(lock).replace("version: '1.0'", "version: '2.0'", 1)


def with_other_wheels(lock: Lock) -> str:
    plain = lock.model_dump(mode="json")["wheels"]
    return resealed(wheels=[{**plain[0], "sha256": "0" * 64}, *plain[1:]])(lock)


DECIDE = {knob: value for knob, value in KNOBS.items() if knob != "box_gpus"}
UPDATE = r"\n  -> \./dlbox lock --update, or take the lock of this box"
MISFITS: dict[str, tuple[Callable[[Lock], str], str]] = {
    "edited": (
        edited,
        r"\S+/wrong\.yaml was edited after it was written\n  -> make it again: .+",
    ),
    "of another system": (
        resealed(system="debian-12"),
        f"the lock is of debian-12, the box is debian-13{UPDATE}",
    ),
    "of other cards": (
        resealed(cards=["10de:2204"]),
        f"the lock is of 1 x 10de:2204, the box has 1 x 10de:1b06{UPDATE}",
    ),
    "of other knobs": (
        resealed(knobs={**DECIDE, "jupyter_port": 8899}),
        f"the lock has jupyter_port = 8899, the box its default{UPDATE}",
    ),
    "of other wheels": (
        with_other_wheels,
        r"the lock has \S+ \S+, which this dlbox no longer installs\n  -> take the dlbox .+",
    ),
}
"""What is wrong with a lock -> its text, and a regular expression for what is said of it."""


def cut(data: bytes) -> bytes:
    return data[:-100]


def with_other_bytes(data: bytes) -> bytes:
    return data[:-100] + bytes(100)


BROUGHT = r"\[\S+\] {count} of the locked packages cannot be had, and nothing was changed:"
SPOILT: dict[str, tuple[Callable[[bytes], bytes] | None, str]] = {
    "has vanished": (None, "404 "),
    "has other bytes": (with_other_bytes, "Hash Sum mismatch"),
    "was cut": (cut, "Hash Sum mismatch"),
}
"""What is wrong with a file -> what to do to it, and what is said of it."""
