"""Remove the driver from a box whose settings no longer ask for one."""

from __future__ import annotations

import shlex
from collections.abc import Generator

from pyinfra import host
from pyinfra.api import FunctionCommand, StringCommand, operation

from dlbox.apply.prune import PURGE, orphans
from dlbox.plan.plan import Plan
from dlbox.plan.result import Result
from roles.nvidia_driver.in_use.apply_change import apply_change, change_blocker, defer_change
from roles.nvidia_driver.in_use.policy import BusyPolicy
from roles.nvidia_driver.kernels.programs import HOME
from roles.nvidia_driver.transaction import CORE_PACKAGES


@operation()
def remove_driver(
    plan: Plan, result: Result, when: BusyPolicy | None
) -> Generator[StringCommand | FunctionCommand, None, None]:
    """Remove our driver; ``when`` is None where no driver can be loaded: in a container."""
    items = orphans(plan.box.recorded, plan.manifest.lines())
    names = [name for kind, name in items if kind == "package"]
    core = [name for name in names if CORE_PACKAGES.fullmatch(name)]
    if not core:
        host.noop("dlbox installed no driver")
        return
    if why := change_blocker(when):
        yield defer_change(result, why)
        return
    purge = f"sh -ec {shlex.quote(f'{PURGE}purge {shlex.join(names)}')}"
    # The guard lets the newest kernel boot again, and releases the one that it held.
    change = f"{purge} && {{ [ ! -x {HOME}/kernel-guard ] || {HOME}/kernel-guard mend; }}"
    yield from apply_change(result, change, next(n for n in core if "dkms" not in n), when)
