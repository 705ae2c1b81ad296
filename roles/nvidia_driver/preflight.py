"""The preflight of the driver: what would keep it from loading, or break it."""

from __future__ import annotations

from dlbox.host.foreign import foreign_conflicts
from dlbox.host.identity import Identity
from dlbox.plan.role import Preflight
from dlbox.stack.components import Driver
from dlbox.stack.model import Refused
from roles.nvidia_driver.secure_boot.decision import check_secure_boot
from roles.nvidia_driver.settings import NvidiaDriver


def check_surroundings(box: Identity, driver: Driver, *, declared: bool) -> None:
    """Check that the box is one that takes a driver of its own. Raises Refused.

    ``declared``: the settings name the cards, as for a container that has none.
    """
    if box.wsl:
        msg = 'this is WSL2, whose driver is that of Windows | nvidia_driver_version = "none"'
        raise Refused(msg)
    if box.container and box.loaded not in ("", driver.version) and not declared:
        msg = (
            f"it is a container on a host with driver {box.loaded}, and the plan is {driver.version}"
            f' | nvidia_driver_version = "{box.loaded}", or "none" with the host\'s own libraries'
        )
        raise Refused(msg)


def check(preflight: Preflight) -> None:
    """Check Secure Boot and foreign installations. Raises Refused."""
    box, stack = preflight.box, preflight.stack
    settings = preflight.settings[NvidiaDriver]
    if stack.driver:
        declared = preflight.settings.host.gpus is not None
        check_surroundings(box, stack.driver, declared=declared)
    check_secure_boot(box, stack, box.mok, settings.signing)
    conflict = foreign_conflicts(
        box.foreign, adopt=settings.adopt, driver=stack.driver is not None
    )
    if conflict:
        raise Refused(conflict)
