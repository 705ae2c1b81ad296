"""What the cudnn role owns on a box."""

from __future__ import annotations

from roles.box.library import owned_library
from roles.box.owned import Owned
from roles.cudnn.content import headers, libraries
from roles.stack.parts import Library


def owned(row: Library | None) -> Owned:
    """Return it."""
    if row is None:
        return Owned()
    return owned_library("cudnn", "cuDNN", row, headers(row.version), libraries(row.version))
