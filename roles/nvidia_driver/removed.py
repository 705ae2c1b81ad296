"""Take the driver away from a box that no longer asks for one."""

from __future__ import annotations

import shlex
from collections.abc import Generator

from pyinfra import host
from pyinfra.api import FunctionCommand, StringCommand, operation

from roles.box.gone import PURGE, lost
from roles.box.plan import Plan
from roles.nvidia_driver.busy.settings import Busy
from roles.nvidia_driver.change import carried_out, in_the_way, stay
from roles.nvidia_driver.guard.programs import HOME
from roles.nvidia_driver.transaction import HEART


@operation()
def removed(
    plan: Plan, when: Busy | None
) -> Generator[StringCommand | FunctionCommand, None, None]:
    """Have no driver of ours; ``when`` is None where none can be loaded: in a container."""
    items = lost(plan.box.recorded, plan.owned.lines())
    names = [name for kind, name in items if kind == "package"]
    heart = [name for name in names if HEART.fullmatch(name)]
    if not heart:
        host.noop("there is none of ours")
        return
    if why := in_the_way(when):
        yield stay(why)
        return
    purge = f"sh -ec {shlex.quote(f'{PURGE}purge {shlex.join(names)}')}"
    # The guard lets the newest kernel boot again, and lets go of the one it held.
    change = f"{purge} && {{ [ ! -x {HOME}/kernel-guard ] || {HOME}/kernel-guard mend; }}"
    yield from carried_out(change, next(n for n in heart if "dkms" not in n), when)
