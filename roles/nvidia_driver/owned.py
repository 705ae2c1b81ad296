"""What the nvidia_driver role owns on a box."""

from __future__ import annotations

from roles.box.owned import Owned, Text
from roles.nvidia_driver import content, staged
from roles.nvidia_driver.fallback import programs as fallback
from roles.nvidia_driver.guard import programs as guard
from roles.nvidia_driver.settings import NvidiaDriver
from roles.nvidia_driver.sources import OWN
from roles.stack.model import Stack

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


def components() -> Owned:
    """Return what any package of NVIDIA's needs; the sources are written from the box's own."""
    return Owned(
        files={UNATTENDED: Text(content.UNATTENDED)}, made={OWN: "from its own sources"}
    )
