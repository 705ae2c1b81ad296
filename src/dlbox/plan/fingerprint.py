"""Fingerprint of a plan: it changes if, and only if, something else would reach the box."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256

from dlbox.host.identity import Identity
from dlbox.host.layout import store_path_of
from dlbox.lockfile.source import LockSource
from dlbox.settings.schema import Settings
from dlbox.stack.model import Stack
from dlbox.state.manifest import Manifest


def fingerprint(  # noqa: PLR0913, PLR0917 - each is one thing that decides
    box: Identity,
    stack: Stack,
    settings: Settings,
    manifest: Manifest,
    source: LockSource,
    revisions: Mapping[str, int],
) -> str:
    """Return the SHA-256 of everything that decides what the roles do on a box.

    The manifest holds the SHA-256 of every shipped program and text. The source of dlbox itself
    is not part of the fingerprint: a changed docstring or check would send every box through a
    full run. The ``revision`` of a role covers what its ``deploy.py`` does beyond its manifest.
    """
    # Folders that the box goes back to, where today's wheels would make other folders.
    now = {link: store_path_of(link, lock) for link, lock in manifest.trees.items()}
    old = {link: real for link, real in source.folders.items() if now.get(link) != real}
    decides = {
        "revisions": dict(revisions),
        "stack": stack.identity(),
        "settings": settings.persistent(),
        # What is kept for rollback does not decide what the box is, but it is on the box.
        "rollback_gb": settings.host.rollback_gb,
        "manifest": manifest.lines(),
        "lock": (source.lock and source.lock.digest) or None,
        "folders": old,
        "box": [box.systemd, box.container, box.secure_boot, box.mok.enrolled, *box.kernels],
    }
    return sha256(json.dumps(decides, sort_keys=True, default=str).encode()).hexdigest()
