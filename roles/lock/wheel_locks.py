"""Which of dlbox's own locks the wheels of a box are from, and whether they still are."""

from __future__ import annotations

import re

from roles.box.layout import lock_text
from roles.jupyter.settings import Jupyter
from roles.lock.model import Lock
from roles.stack.model import Stack

HASH = re.compile("sha256:([0-9a-f]{64})")
PINNED = re.compile(r"^([a-z0-9][a-z0-9.-]*)==(\S+) \\$", re.MULTILINE)
"""Those that every box gets, whatever its Python."""


def wheel_locks(stack: Stack, jupyter: Jupyter) -> dict[str, str | None]:
    """Return lock -> an index that has what the usual one lacks."""
    libraries = (stack.cudnn, stack.nccl)
    named: dict[str, str | None] = {"uv": None}
    named |= {"jupyter": None} if jupyter.install else {}
    named |= {toolkit.lock: None for toolkit in stack.toolkits if toolkit.lock}
    named |= {library.lock: None for library in libraries if library}
    return named | {row.lock: row.index for row in stack.frameworks.values()}


def other_wheels(lock: Lock, stack: Stack, jupyter: Jupyter) -> str | None:
    """Return in one line why dlbox would install other wheels than a lock says; None: the same.

    What a box had before names no wheels: it has their folders.
    """
    if not lock.wheels:
        return None
    try:
        texts = [lock_text(name) for name in wheel_locks(stack, jupyter)]
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
