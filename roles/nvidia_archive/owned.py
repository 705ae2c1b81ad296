"""What the nvidia_archive role owns on a box."""

from __future__ import annotations

from roles.box.owned import Owned, Text
from roles.nvidia_archive import content
from roles.nvidia_archive.settings import NvidiaArchive
from roles.stack.model import Stack


def owned(wanted: NvidiaArchive, stack: Stack) -> Owned:
    """Return it. Raises Refused."""
    repository = stack.repository
    if repository is None:
        return Owned()
    return Owned(
        files={
            content.SOURCE: Text(content.source(repository, wanted)),
            content.PINS: Text(content.pins(stack, repository)),
        }
    )
