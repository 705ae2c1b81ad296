"""The lock that a box is given: from a file of the controller, or with its bundle."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from pyinfra.api import FactBase, Host
from typing_extensions import override

from roles.box.answers import Lines
from roles.box.settings import Box
from roles.lock.model import Lock
from roles.lock.text import opened, read
from roles.stack.model import Refused


class BundledLock(Lines):
    """The text of a bundle's lock, as the box itself reads it."""

    @override
    def command(self, bundle: str) -> str:
        return bundled(bundle)


def bundled(bundle: str) -> str:
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


def given(host: Host, data: Mapping[str, Any]) -> Lock | None:
    """Return the lock; None: the box gets what fits best today. Raises Refused."""
    box = Box.of(data)
    if box.lock:
        return opened(box.lock)
    if not box.bundle:
        return None
    fact: type[FactBase[list[str]]] = BundledLock
    lines: list[str] = host.get_fact(fact, bundle=box.bundle)
    if not lines:
        msg = f"{box.bundle}/lock.yaml cannot be read from the box | look at box_bundle"
        raise Refused(msg)
    return read("\n".join(lines) + "\n", f"{box.bundle}/lock.yaml")
