"""Remove all that dlbox brought to a box: with a plan that owns nothing, then its own traces."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator
from typing import Any

from pyinfra import host
from pyinfra.api import FunctionCommand, Host, QuoteString, State, StringCommand, operation
from typing_extensions import override

from dlbox.apply.preflight import validate_inventory
from dlbox.apply.prune import PURGE, orphans
from dlbox.apply.record import write_record
from dlbox.apply.results import Results, report_at_exit
from dlbox.fact_base import LinesFact
from dlbox.host.identity import BoxIdentity, Identity, observe_as_root
from dlbox.plan.plan import Plan
from dlbox.plan.reports import format_removals
from dlbox.plan.result import Result
from dlbox.plan.role import Registry
from dlbox.settings.inventory import host_data
from dlbox.shell import shell_text
from dlbox.stack.model import Refused, Stack
from dlbox.state.manifest import Manifest

FORGET = PURGE + shell_text(__file__, "forget.sh")
KEPT = "/var/lib/dlbox /opt/dlbox /etc/dlbox /var/cache/dlbox"
DIGEST = "uninstalled"
"""Fingerprint in the record of a box that must keep its driver for now; no plan has this one."""


class Traces(LinesFact):
    """First path in dlbox's own folders on a box, without what was adopted; empty: there is none."""

    @override
    def command(self) -> str:
        return (
            f"find {KEPT} -mindepth 1 ! -path '/var/lib/dlbox/adopted*' 2>/dev/null | head -n 1"
        )


def plan_removal(host: Host, roles: Registry) -> tuple[Plan | None, Result]:
    """Return a plan that owns nothing, which makes all things of dlbox orphans, and the result.

    The plan is None if nothing is to be done or the box cannot be reached. ``failed`` of the
    result then says why.
    """
    report_at_exit(host.state, format_removals)
    validate_inventory(host.state, roles)
    result = Results.of(host.state)[host.name]
    box = host.get_fact(BoxIdentity)
    if not isinstance(box, Identity):
        return None, result  # pyinfra failed the box, for its answer or for the lack of one
    try:
        box = observe_as_root(host, box)
    except Refused as refusal:
        result.refuse(refusal)
        return None, result
    settings = roles.schema.parse(host_data(host))
    result.plan = Plan(box, settings, no_stack(box.system), Manifest(), DIGEST)
    kinds = Counter(kind for kind, _ in orphans(box.recorded, []))
    result.removed = tuple(kinds.items())
    result.notices = kept_accounts(result.plan)
    return result.plan, result


def no_stack(system: str) -> Stack:
    """Return the stack of a box that gets nothing."""
    return Stack(
        system=system,
        cards=(),
        driver=None,
        fabricmanager=None,
        nvlsm=None,
        cuda_compat=None,
        toolkits=(),
        cudnn=None,
        nccl=None,
        frameworks={},
        repository=None,
        choices={},
        skipped={},
        warnings=(),
    )


def kept_accounts(plan: Plan) -> tuple[str, ...]:
    """Return notices about the accounts of dlbox, which are not removed."""
    declared = plan.box.recorded.declared if plan.box.recorded else {}
    return tuple(
        f"account {name} stays, its home may hold somebody's work; sudo userdel -r {name}"
        for kind, name in sorted(declared)
        if kind == "user"
    )


@operation()
def keep_record(plan: Plan, result: Result) -> Generator[Any, None, None]:
    """Write a record of what is left, if the driver could not be removed yet."""
    if not result.driver_deferred:
        host.noop("nothing is left")
        return
    yield from write_record._inner(plan=plan, result=result)  # noqa: SLF001 - pyinfra's own way


@operation()
def forget(result: Result) -> Generator[StringCommand | FunctionCommand, None, None]:
    """Remove the record, store and folders of dlbox, unless the driver could not be removed yet."""
    if not host.get_fact(Traces):
        host.noop("there is nothing of dlbox here")
        return
    if result.driver_deferred:
        host.noop("the driver is still there, and with it what must go with it")
        return
    yield StringCommand("sh -c", QuoteString(FORGET))
    yield FunctionCommand(_note_kept, [result], {})


def _note_kept(state: State, host: Host, result: Result) -> bool:
    """Add a notice for every file that stays because a person changed it."""
    del state
    _, output = host.run_shell_command("find /opt/dlbox /etc/dlbox -type f 2>/dev/null || true")
    result.notices += tuple(
        f"{path} stays: somebody changed it" for path in output.stdout_lines
    )
    return True
