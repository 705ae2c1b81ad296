"""What the frameworks role owns on a box."""

from __future__ import annotations

from roles.box.layout import VENVS, stamp
from roles.box.owned import Owned, Text
from roles.frameworks.content import DLBOX_ENV
from roles.stack.model import Stack


def owned(stack: Stack) -> Owned:
    """Return it."""
    if not stack.frameworks:
        return Owned()
    return Owned(
        files={"/usr/local/bin/dlbox-env": Text(DLBOX_ENV, "755")},
        trees={f"{VENVS}/{name}": stamp(row.lock) for name, row in stack.frameworks.items()},
    )
