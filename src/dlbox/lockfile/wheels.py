"""Compare the wheels of a box's lock with dlbox's own wheel locks."""

from __future__ import annotations

import re
from collections.abc import Iterable

from dlbox.host.layout import lock_text
from dlbox.lockfile.model import Lock

HASH = re.compile("sha256:([0-9a-f]{64})")
PINNED = re.compile(r"^([a-z0-9][a-z0-9.-]*)==(\S+) \\$", re.MULTILINE)
"""Matches the wheels that every box gets, whatever its Python."""


def other_wheels(lock: Lock, names: Iterable[str]) -> str | None:
    """Return in one line why dlbox would install other wheels than a lock; None: it would not.

    ``names``: dlbox's own wheel locks that the box would get. A lock that is made from a
    generation names no wheels: the box has their folders.
    """
    if not lock.wheels:
        return None
    try:
        texts = [lock_text(name) for name in names]
    except FileNotFoundError as error:
        return f"this dlbox has no {error.filename}"
    allowed = {digest for text in texts for digest in HASH.findall(text)}
    for wheel in lock.wheels:
        if wheel.sha256 not in allowed:
            return f"the lock has {wheel.name} {wheel.version}, which this dlbox no longer installs"
    pinned = {pin for text in texts for pin in PINNED.findall(text)}
    new = pinned - {(wheel.name, wheel.version) for wheel in lock.wheels}
    if new:
        return f"this dlbox installs {' '.join(min(new))}, which the lock does not have"
    return None
