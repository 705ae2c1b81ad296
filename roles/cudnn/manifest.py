"""The manifest of the cudnn role."""

from __future__ import annotations

from dlbox.host.cuda_library import library_manifest
from dlbox.settings.schema import Settings
from dlbox.stack.model import Stack
from dlbox.state.manifest import Manifest
from roles.cudnn.content import headers, libraries


def manifest(settings: Settings, stack: Stack) -> Manifest:
    """Return the manifest; empty if no cuDNN is planned."""
    del settings
    row = stack.cudnn
    if row is None:
        return Manifest()
    return library_manifest("cudnn", "cuDNN", row, headers(row.version), libraries(row.version))


def wheel_locks(settings: Settings, stack: Stack) -> dict[str, str | None]:
    """Return the locks of the wheels that the role installs."""
    del settings
    return {stack.cudnn.lock: None} if stack.cudnn else {}
