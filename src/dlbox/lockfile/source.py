"""Source of the lock that a box is given: a file, a bundle, or a generation of the box."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from typing_extensions import override

from dlbox.fact_base import LinesFact
from dlbox.lockfile.file import load_lock, parse_lock
from dlbox.lockfile.model import Lock
from dlbox.settings.host import HostSettings
from dlbox.stack.model import Refused


@dataclass(frozen=True)
class LockSource:
    """What a box must become, instead of what fits best today."""

    lock: Lock | None = None
    folders: Mapping[str, str] = field(default_factory=dict)
    """Link -> folder of wheels that it must name; the folder is on the box already."""
    generation: int | None = None
    """Number of the generation that the box goes back to; None: no rollback."""


UNLOCKED = LockSource()
"""No lock: the box gets what fits best today."""


class BundledLock(LinesFact):
    """Text of a bundle's lock, as the box itself reads it."""

    @override
    def command(self, bundle: str) -> str:
        return bundled_lock_command(bundle)


def bundled_lock_command(bundle: str) -> str:
    """Return shell that prints the text of a bundle's lock."""
    place = shlex.quote(f"{bundle}/lock.yaml")
    if bundle.startswith("/"):
        return f"cat {place} 2>/dev/null || true"
    # Use apt's own downloader: a bare box has no other, and it knows the proxies of the box.
    return (
        'file=$(mktemp) && chmod 644 "$file" && '
        f'if /usr/lib/apt/apt-helper download-file {place} "$file" >/dev/null 2>&1; '
        'then cat "$file"; fi; rm -f "$file"'
    )


def resolve_lock(settings: HostSettings, read_bundle: Callable[[str], list[str]]) -> LockSource:
    """Return the lock of a file, or of the box's bundle, or else ``UNLOCKED``. Raises Refused.

    ``read_bundle`` returns the lines of a bundle's lock, as the box reads it.
    """
    if settings.lock:
        return LockSource(load_lock(settings.lock))
    if not settings.bundle:
        return UNLOCKED
    lines = read_bundle(settings.bundle)
    if not lines:
        msg = f"{settings.bundle}/lock.yaml cannot be read from the box | look at box_bundle"
        raise Refused(msg)
    return LockSource(parse_lock("\n".join(lines) + "\n", f"{settings.bundle}/lock.yaml"))
