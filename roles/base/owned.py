"""What the base role owns on a box."""

from __future__ import annotations

from pathlib import Path

from roles.base.content import CA_BUNDLE, FOLDERS, PACKAGES, SLEEP, apt_conf
from roles.base.settings import Base
from roles.box.layout import UV_TREE, stamp
from roles.box.owned import Owned, Text


def owned(wanted: Base) -> Owned:
    """Return it."""
    return Owned(
        folders=dict.fromkeys(FOLDERS, "755"),
        files={"/etc/apt/apt.conf.d/90dlbox": Text(apt_conf(wanted)), **_bundle(wanted)},
        links={f"/etc/systemd/system/{unit}": "/dev/null" for unit in SLEEP},
        trees={UV_TREE: stamp("uv")},
        packages=dict.fromkeys((*PACKAGES, *sorted(wanted.packages)), ""),
    )


def _bundle(wanted: Base) -> dict[str, Text]:
    if not wanted.ca_bundle:
        return {}
    return {CA_BUNDLE: Text(Path(wanted.ca_bundle).read_text(encoding="utf-8"))}
