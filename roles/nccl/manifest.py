"""The manifest of the nccl role."""

from __future__ import annotations

from dlbox.host.cuda_library import library_manifest
from dlbox.settings.schema import Settings
from dlbox.stack.model import Stack
from dlbox.state.manifest import Manifest

HEADERS = ("nccl.h",)
LIBRARIES = ("nccl",)


def manifest(settings: Settings, stack: Stack) -> Manifest:
    """Return the manifest; empty if no NCCL is planned."""
    del settings
    row = stack.nccl
    return library_manifest("nccl", "NCCL", row, HEADERS, LIBRARIES) if row else Manifest()


def wheel_locks(settings: Settings, stack: Stack) -> dict[str, str | None]:
    """Return the locks of the wheels that the role installs."""
    del settings
    return {stack.nccl.lock: None} if stack.nccl else {}
