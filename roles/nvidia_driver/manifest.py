"""The manifest of the nvidia_driver role."""

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
"""Kind -> regular expression for the names of everything that a driver needs, for any
driver."""
BLACKLIST = "/etc/modprobe.d/dlbox-nvidia.conf"
UNATTENDED = "/etc/apt/apt.conf.d/52dlbox-unattended-upgrades"
"""52 sorts it after unattended-upgrades' own 50, so that this list is added to that one."""


def manifest(settings: Settings, stack: Stack) -> Manifest:
    """Return the manifest: the driver's packages, programs and units."""
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
    """Return whether an item (kind, name) is needed as long as a driver is installed."""
    kind, name = item
    return kind in DRIVER_ITEMS and re.fullmatch(DRIVER_ITEMS[kind], name) is not None


def components() -> Manifest:
    """Return the manifest that any NVIDIA package needs; the sources are derived from the box's own."""
    return Manifest(
        files={UNATTENDED: FileContent(content.UNATTENDED)}, made={OWN: "from its own sources"}
    )
