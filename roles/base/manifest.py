"""What the base role owns on a box: its package names, paths and texts, and its manifest."""

from __future__ import annotations

from pathlib import Path

from dlbox.host.layout import LIBRARIES, STORE, UV_TREE, VENVS, lock_digest
from dlbox.settings.schema import Settings
from dlbox.stack.model import Stack
from dlbox.state.manifest import FileContent, Manifest
from roles.base.settings import Base

PACKAGES = (
    "build-essential",
    "ca-certificates",
    "curl",
    "git",
    "iproute2",
    "kmod",
    "pciutils",
    "pkg-config",
    "procps",
    "python3",
    "python3-venv",
    "tmux",
)
SLEEP = ("sleep.target", "suspend.target", "hibernate.target", "hybrid-sleep.target")
CA_BUNDLE = "/usr/local/share/ca-certificates/dlbox.crt"
FOLDERS = ("/etc/dlbox", "/var/lib/dlbox", "/opt/dlbox", STORE, VENVS, LIBRARIES)


def apt_conf(wanted: Base) -> str:
    """Return the text of apt's configuration file."""
    return (
        "// Written by dlbox. apt-get waits 0 s for the dpkg lock unless told otherwise.\n"
        f'DPkg::Lock::Timeout "{wanted.lock_timeout_s}";\n'
        'Acquire::Retries "3";\n'
        "// The driver and CUDA leave gigabytes of .deb files behind.\n"
        'APT::Keep-Downloaded-Packages "false";\n'
    )


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
