"""The manifest of the frameworks role."""

from __future__ import annotations

from dlbox.host.layout import VENVS, lock_digest
from dlbox.settings.schema import Settings
from dlbox.stack.model import Stack
from dlbox.state.manifest import FileContent, Manifest
from roles.frameworks.content import DLBOX_ENV


def manifest(settings: Settings, stack: Stack) -> Manifest:
    """Return the manifest: the venvs and the command that enters them."""
    del settings
    if not stack.frameworks:
        return Manifest()
    return Manifest(
        files={"/usr/local/bin/dlbox-env": FileContent(DLBOX_ENV, "755")},
        trees={
            f"{VENVS}/{name}": lock_digest(row.lock) for name, row in stack.frameworks.items()
        },
    )


def wheel_locks(settings: Settings, stack: Stack) -> dict[str, str | None]:
    """Return the locks of the wheels that the role installs."""
    del settings
    return {row.lock: row.index for row in stack.frameworks.values()}
