"""The manifest of the base role."""

from __future__ import annotations

from pathlib import Path

from dlbox.host.layout import UV_TREE, lock_digest
from dlbox.settings.schema import Settings
from dlbox.stack.model import Stack
from dlbox.state.manifest import FileContent, Manifest
from roles.base.content import CA_BUNDLE, FOLDERS, PACKAGES, SLEEP, apt_conf
from roles.base.settings import Base


def manifest(settings: Settings, stack: Stack) -> Manifest:
    """Return the manifest, which is the same for every stack."""
    del stack
    wanted = settings[Base]
    return Manifest(
        folders=dict.fromkeys(FOLDERS, "755"),
        files={"/etc/apt/apt.conf.d/90dlbox": FileContent(apt_conf(wanted)), **_bundle(wanted)},
        links={f"/etc/systemd/system/{unit}": "/dev/null" for unit in SLEEP},
        trees={UV_TREE: lock_digest("uv")},
        packages=dict.fromkeys((*PACKAGES, *sorted(wanted.packages)), ""),
    )


def _bundle(wanted: Base) -> dict[str, FileContent]:
    if not wanted.ca_bundle:
        return {}
    return {CA_BUNDLE: FileContent(Path(wanted.ca_bundle).read_text(encoding="utf-8"))}


def wheel_locks(settings: Settings, stack: Stack) -> dict[str, str | None]:
    """Return the locks of the wheels that the role installs."""
    del settings, stack
    return {"uv": None}
