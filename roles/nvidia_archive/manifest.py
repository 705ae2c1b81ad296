"""The manifest of the nvidia_archive role."""

from __future__ import annotations

from dlbox.settings.schema import Settings
from dlbox.stack.model import Stack
from dlbox.state.manifest import FileContent, Manifest
from roles.nvidia_archive import content
from roles.nvidia_archive.settings import NvidiaArchive


def manifest(settings: Settings, stack: Stack) -> Manifest:
    """Return the manifest: the source and its pins; empty if the stack needs neither. Raises Refused."""
    wanted = settings[NvidiaArchive]
    repository = stack.repository
    if repository is None:
        return Manifest()
    return Manifest(
        files={
            content.SOURCE: FileContent(content.source(repository, wanted)),
            content.PINS: FileContent(content.pins(stack, repository)),
        }
    )


def accept(settings: Settings, stack: Stack) -> None:
    """Check the key that signs the repository. Raises Refused."""
    if stack.repository:
        content.key(stack.repository, settings[NvidiaArchive])
