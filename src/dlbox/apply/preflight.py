"""Preflight of a box while pyinfra prepares its operations: settings, identity, stack, disk."""

from __future__ import annotations

import time
from collections.abc import Generator
from datetime import datetime, timezone
from functools import cache

from pyinfra import host
from pyinfra.api import Host, QuoteString, State, StringCommand, operation
from pyinfra.api.exceptions import DeployError

from dlbox.apply.results import Results, report_at_exit
from dlbox.errors import format_error
from dlbox.host.apt_facts import InstalledPackages, Package
from dlbox.host.cards import lost_cards_fault, same_cards
from dlbox.host.identity import BoxIdentity, Identity, observe_as_root
from dlbox.lockfile.disk_need import need_gb
from dlbox.lockfile.source import BundledLock, LockSource, resolve_lock, restore_generation
from dlbox.plan.plan import Plan, make_plan
from dlbox.plan.result import Result
from dlbox.plan.role import Preflight, Registry
from dlbox.plan.summary import format_summaries
from dlbox.settings.inventory import host_data, inventory_faults
from dlbox.settings.pyinfra_data import GENERATION
from dlbox.settings.schema import Settings
from dlbox.stack.model import Refused


def plan_host(roles: Registry) -> tuple[Plan | None, Result]:
    """Validate the settings, observe the box once, solve its stack; return plan and result.

    The plan is None if nothing is to be done. A box that already is as planned costs only this
    one look.
    """
    report_at_exit(host.state, format_summaries)
    plan, result = observe_and_plan(host, roles)
    if plan is None and result.failed:
        refuse(name="Preflight", reason=result.failed)
    if plan and is_up_to_date(plan):
        report_unchanged(name="Compare with the record")
        return None, result
    for row in (row for part in result.rows for row in part.warnings):
        host.log_styled(f"warning: {row}", fg="yellow")
    return plan, result


def observe_and_plan(host: Host, roles: Registry) -> tuple[Plan | None, Result]:
    """Return the plan and the result of a box, without any operation.

    If there is no plan, ``failed`` of the result says why.
    """
    validate_inventory(host.state, roles)
    result = Results.of(host.state)[host.name]
    box = host.get_fact(BoxIdentity)
    if not isinstance(box, Identity):
        return None, result  # pyinfra failed the box, for its answer or for the lack of one
    now = time.time()
    today = datetime.fromtimestamp(now, timezone.utc).date()
    try:
        box = observe_as_root(host, box)
        settings, source = settings_and_lock(host, roles)
        if source.generation is None:
            require_recorded_cards(box, settings)
        plan = make_plan(box, settings, today, roles, source)
        if not is_up_to_date(plan):
            need = needed_disk_gb(host, plan)
            roles.preflight(Preflight(box, plan.stack, settings, now, need))
    except Refused as refusal:
        result.refuse(refusal)
        return None, result
    result.plan, result.notices = plan, box.notices
    result.rows = tuple(
        role.summary(settings, plan.stack, box, host.name) for role in roles.roles
    )
    return plan, result


def settings_and_lock(host: Host, roles: Registry) -> tuple[Settings, LockSource]:
    """Return the box's settings and lock: today's, or those of a generation. Raises Refused."""
    data = host_data(host)
    generation = data.get(GENERATION)
    if generation is not None:
        return restore_generation(host, str(generation), roles.schema)
    settings = roles.schema.parse(data)
    return settings, resolve_lock(settings.host, lambda bundle: bundled_lock(host, bundle))


def require_recorded_cards(box: Identity, settings: Settings) -> None:
    """Check that the box shows every card that it was set up for. Raises Refused."""
    fault = lost_cards_fault(box, settings)
    if fault:
        raise Refused(fault)


def needed_disk_gb(host: Host, plan: Plan) -> float:
    """Return the disk (GB) that the run still needs."""
    fresh = not (plan.box.recorded and plan.box.recorded.digest)
    if plan.lock is None:
        return plan.stack.disk_gb if fresh else 0
    found: dict[str, Package] = host.get_fact(InstalledPackages)
    return need_gb(plan.lock, plan.stack, found, fresh=fresh)


def bundled_lock(host: Host, bundle: str) -> list[str]:
    """Return the lines of a bundle's lock, as the box reads them."""
    lines: list[str] = host.get_fact(BundledLock, bundle=bundle)
    return lines


def is_up_to_date(plan: Plan) -> bool:
    """Return whether exactly this plan was applied to the box, and nothing has changed since."""
    record = plan.box.recorded
    # In a rollback the inputs may be the same while the packages differ.
    if record is None or plan.source.generation is not None:
        return False
    unfinished = record.differences or record.pending or record.interrupted
    same = record.digest == plan.digest and same_cards(plan.box, plan.settings)
    return same and not unfinished


@cache
def validate_inventory(state: State, roles: Registry) -> None:
    """Check the settings of all boxes of the run, once; one fault refuses the whole run.

    Raises DeployError.
    """
    hosts = (host for host in state.inventory if state.is_host_in_limit(host))
    faults = inventory_faults(hosts, roles.schema)
    if faults:
        raise DeployError("\n".join(format_error("", "\n".join(faults))))


@operation()
def report_unchanged() -> Generator[StringCommand, None, None]:
    """Report that there is nothing to do."""
    host.noop("nothing to do")
    yield from ()


@operation(is_idempotent=False)
def refuse(reason: str) -> Generator[StringCommand, None, None]:
    """Fail this box alone: an exception here would stop every box without naming this one."""
    lines = map(QuoteString, format_error("", reason))
    yield StringCommand("printf '%s\\n'", *lines, ">&2; exit 1")
