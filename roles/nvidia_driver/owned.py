"""What the nvidia_driver role owns on a box."""

from __future__ import annotations

import re

from roles.box.owned import Owned, Text
from roles.nvidia_driver import content, staged
from roles.nvidia_driver.fallback import programs as fallback
from roles.nvidia_driver.guard import programs as guard
from roles.nvidia_driver.settings import NvidiaDriver
from roles.nvidia_driver.sources import OWN
from roles.stack.model import Stack

OF_A_DRIVER = {
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


def owned(wanted: NvidiaDriver, stack: Stack) -> Owned:
    """Return it."""
    driver = stack.driver
    packaged = any(toolkit.package for toolkit in stack.toolkits)
    if driver is None:
        return components() if packaged else Owned()
    fabric = ["nvidia-fabricmanager.service"] if stack.fabricmanager else []
    return components() | Owned(
        folders={guard.HOME: "755"},
        files={
            BLACKLIST: Text(content.MODPROBE),
            **guard.programs(driver),
            **staged.unit(),
            **fallback.programs(),
        },
        packages=content.wanted_packages(stack, driver, desktop=wanted.desktop),
        units=dict.fromkeys(
            [f"{fallback.UNIT}.service", "nvidia-persistenced.service", *fabric], "enabled"
        ),
    )


def of_a_driver(item: tuple[str, str]) -> bool:
    """Whether a thing, by kind and name, is needed as long as a driver is there."""
    kind, name = item
    return kind in OF_A_DRIVER and re.fullmatch(OF_A_DRIVER[kind], name) is not None


def components() -> Owned:
    """Return what any package of NVIDIA's needs; the sources are written from the box's own."""
    return Owned(
        files={UNATTENDED: Text(content.UNATTENDED)}, made={OWN: "from its own sources"}
    )
