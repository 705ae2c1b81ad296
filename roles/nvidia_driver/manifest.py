"""What the nvidia_driver role owns on a box."""

from __future__ import annotations

import re

from dlbox.settings.schema import Settings
from dlbox.stack.model import Stack
from dlbox.state.manifest import FileContent, Manifest
from roles.nvidia_driver import apply_change, content
from roles.nvidia_driver.apt_sources import OWN
from roles.nvidia_driver.boot_trial import programs as fallback
from roles.nvidia_driver.kernels import programs as guard
from roles.nvidia_driver.settings import NvidiaDriver

DRIVER_ITEMS = {
    "folder": re.escape(guard.HOME),
    "file": rf"{guard.HOME}/.*|{guard.PACKAGE}|/etc/(apt|dkms|kernel|modprobe\.d|update-motd\.d)/.*"
    r"|/etc/systemd/system/dlbox-(driver-check|staged)\.service",
    "package": r".*nvidia.*|libcuda.*|libnv.*|libxnvctrl.*|nvlsm",
    "unit": r"dlbox-driver-check\.service|nvidia-.*",
}
"""Kind -> regular expression for the names of what a driver needs, whichever it is."""
BLACKLIST = "/etc/modprobe.d/dlbox-nvidia.conf"
UNATTENDED = "/etc/apt/apt.conf.d/52dlbox-unattended-upgrades"
"""52: after unattended-upgrades' own 50, so that this list is added to its own."""


def manifest(settings: Settings, stack: Stack) -> Manifest:
    """Return what the driver consists of: packages, programs, units."""
    wanted = settings[NvidiaDriver]
    driver = stack.driver
    packaged = any(toolkit.package for toolkit in stack.toolkits)
    if driver is None:
        return components() if packaged else Manifest()
    fabric = ["nvidia-fabricmanager.service"] if stack.fabricmanager else []
    return components() | Manifest(
        folders={guard.HOME: "755"},
        files={
            BLACKLIST: FileContent(content.MODPROBE),
            **guard.programs(driver),
            **apply_change.staged_unit(),
            **fallback.programs(),
        },
        packages=content.wanted_packages(stack, driver, desktop=wanted.desktop),
        units=dict.fromkeys(
            [f"{fallback.UNIT}.service", "nvidia-persistenced.service", *fabric], "enabled"
        ),
    )


def belongs_to_driver(item: tuple[str, str]) -> bool:
    """Whether a thing, by kind and name, is needed as long as a driver is there."""
    kind, name = item
    return kind in DRIVER_ITEMS and re.fullmatch(DRIVER_ITEMS[kind], name) is not None


def components() -> Manifest:
    """Return what any package of NVIDIA's needs; the sources are written from the box's own."""
    return Manifest(
        files={UNATTENDED: FileContent(content.UNATTENDED)}, made={OWN: "from its own sources"}
    )
