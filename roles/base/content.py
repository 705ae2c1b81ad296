"""The package names, paths and texts of the base role."""

from __future__ import annotations

from dlbox.host.layout import LIBRARIES, STORE, VENVS
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
