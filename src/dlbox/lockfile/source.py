"""The lock that a box is given: of a file, of a bundle, or of what the box had before."""

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
    """What a box is to be, instead of what fits best today."""

    lock: Lock | None = None
    folders: Mapping[str, str] = field(default_factory=dict)
    """Link -> the folder of wheels it is to name, which is on the box already."""
    generation: int | None = None
    """Which of its generations the box goes back to."""


UNLOCKED = LockSource()
"""No lock: what fits best today."""


class BundledLock(LinesFact):
    """The text of a bundle's lock, as the box itself reads it."""

    @override
    def command(self, bundle: str) -> str:
        return bundled_lock_command(bundle)


def bundled_lock_command(bundle: str) -> str:
    """Return shell that prints the text of a bundle's lock."""
    place = shlex.quote(f"{bundle}/lock.yaml")
    if bundle.startswith("/"):
        return f"cat {place} 2>/dev/null || true"
    # apt's own downloader, since a bare box has no other; it knows the box's proxies.
    return (
        'file=$(mktemp) && chmod 644 "$file" && '
        f'if /usr/lib/apt/apt-helper download-file {place} "$file" >/dev/null 2>&1; '
        'then cat "$file"; fi; rm -f "$file"'
    )


def resolve_lock(settings: HostSettings, read_bundle: Callable[[str], list[str]]) -> LockSource:
    """Return the lock of a file, or of the box's bundle; neither: nothing. Raises Refused.

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
