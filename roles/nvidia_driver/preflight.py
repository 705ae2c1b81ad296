"""The preflight of the driver: what would keep it from loading, or break it."""

from __future__ import annotations

from dlbox.host.foreign import foreign_conflicts
from dlbox.host.identity import Identity
from dlbox.plan.role import Preflight
from dlbox.stack.components import Driver
from dlbox.stack.model import Refused
from roles.nvidia_driver.secure_boot.decision import check_secure_boot
from roles.nvidia_driver.settings import NvidiaDriver


def check_surroundings(box: Identity, driver: Driver, *, desktop: bool | None) -> None:
    """Check that the box is one that takes a driver of its own. Raises Refused."""
    fault = None
    if box.wsl:
        fault = 'this is WSL2, whose driver is that of Windows | nvidia_driver_version = "none"'
    elif box.container and box.loaded:
        fault = (
            f"it is a container on a host with driver {box.loaded}, which needs no {driver.version}"
            ' | nvidia_driver_version = "none", and the host\'s own libraries'
        )
    elif box.display and desktop is None:
        fault = (
            "a display manager runs, and this driver would leave it without acceleration"
            " | nvidia_driver_desktop = True, or False if nobody sits there"
        )
    if fault:
        raise Refused(fault)


def check(preflight: Preflight) -> None:
    """Check Secure Boot and foreign installations. Raises Refused."""
    box, stack = preflight.box, preflight.stack
    settings = preflight.settings[NvidiaDriver]
    if stack.driver:
        check_surroundings(box, stack.driver, desktop=settings.desktop)
    check_secure_boot(box, stack, box.mok, settings.signing)
    conflict = foreign_conflicts(
        box.foreign, adopt=settings.adopt, driver=stack.driver is not None
    )
    if conflict:
        raise Refused(conflict)
