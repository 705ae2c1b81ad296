"""The preflight of the driver: what would keep it from loading, or break it."""

from __future__ import annotations

from dlbox.host.foreign import foreign_conflicts
from dlbox.plan.role import Preflight
from dlbox.stack.model import Refused
from roles.nvidia_driver.secure_boot.decision import check_secure_boot
from roles.nvidia_driver.settings import NvidiaDriver


def check(preflight: Preflight) -> None:
    """Check Secure Boot and foreign installations. Raises Refused."""
    box, stack = preflight.box, preflight.stack
    settings = preflight.settings[NvidiaDriver]
    check_secure_boot(box, stack, box.mok, settings.signing)
    conflict = foreign_conflicts(
        box.foreign, adopt=settings.adopt, driver=stack.driver is not None
    )
    if conflict:
        raise Refused(conflict)
