"""The digest of everything that decides what the roles do on a box."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from roles.box.code import code
from roles.box.facts import Identity
from roles.box.layout import stamped
from roles.box.owned import Owned
from roles.box.settings import Box
from roles.lock.given import Given
from roles.lock.knobs import lasting
from roles.stack.model import Stack


def digest(
    box: Identity, stack: Stack, data: Mapping[str, Any], mine: Owned, given: Given
) -> str:
    """Return it; ``mine``: what the roles will own."""
    # Folders that the box goes back to, where today's wheels would make others.
    now = {link: stamped(link, lock) for link, lock in mine.trees.items()}
    old = {link: real for link, real in given.folders.items() if now.get(link) != real}
    decides = {
        "code": code(),
        "stack": stack.model_dump(mode="json", exclude={"warnings"}),
        "knobs": lasting(data),
        # What is kept for the way back is not of the box, but it is on it.
        "rollback_gb": Box.of(data).rollback_gb,
        "owned": mine.lines(),
        "lock": (given.lock and given.lock.digest) or None,
        "folders": old,
        "box": [box.systemd, box.container, box.secure_boot, box.mok.enrolled, *box.kernels],
    }
    return sha256(json.dumps(decides, sort_keys=True, default=str).encode()).hexdigest()
