"""What the nccl role owns on a box."""

from __future__ import annotations

from roles.box.library import owned_library
from roles.box.owned import Owned
from roles.stack.parts import Library

HEADERS = ("nccl.h",)
LIBRARIES = ("nccl",)


def owned(row: Library | None) -> Owned:
    """Return it."""
    return owned_library("nccl", "NCCL", row, HEADERS, LIBRARIES) if row else Owned()
