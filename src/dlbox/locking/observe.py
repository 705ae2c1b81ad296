"""Observe what each box would get, while pyinfra is connected to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timezone

from pyinfra.api import Host

from dlbox.apply.preflight import validate_inventory
from dlbox.apply.results import Results
from dlbox.host.identity import BoxIdentity, Identity, become_root
from dlbox.lockfile.model import Closure
from dlbox.locking.apt_closure import WouldFetch
from dlbox.plan.plan import Plan, make_plan
from dlbox.plan.role import Registry
from dlbox.settings.inventory import host_data
from dlbox.stack.model import Refused


def observe_for_lock(
    host: Host,
    roles: Registry,
    apt_files: Callable[[Host, Plan], Mapping[str, str]],
    packages: Callable[[Plan], Mapping[str, str]],
) -> None:
    """Solve the box's stack without its lock, and ask its apt for the closure.

    ``apt_files`` returns what dlbox would add to /etc/apt, as path below it -> text;
    ``packages`` returns what apt is asked for, as name -> prefix of the version. The plan and
    the closure go into the box's result.
    """
    validate_inventory(host.state, roles)
    box = host.get_fact(BoxIdentity)
    if not isinstance(box, Identity):
        return  # pyinfra has already failed this box because of its answer, or for want of one
    result = Results.of(host.state)[host.name]
    today = datetime.now(tz=timezone.utc).date()
    try:
        become_root(host, box)
        plan = make_plan(box, roles.schema.parse(host_data(host)), today, roles)
        found: Closure = host.get_fact(
            WouldFetch,
            files=apt_files(host, plan),
            wanted=packages(plan),
            kernels=bool(box.kernels) and plan.stack.driver is not None,
        )
    except Refused as refusal:
        result.refuse(refusal)
        return
    if found.error:
        result.failed = f"apt: {found.error} | fix the cause and run the same command again"
        return
    result.plan, result.closure = plan, found
