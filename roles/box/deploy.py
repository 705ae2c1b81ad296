"""Survey a box: what it is, what it shall be, and whether that already stands."""

from __future__ import annotations

import time
from collections.abc import Generator
from datetime import datetime, timezone
from functools import cache

from pyinfra import host
from pyinfra.api import QuoteString, State, StringCommand, operation
from pyinfra.api.exceptions import DeployError

from roles.box import summary
from roles.box.facts import BoxIdentity, Identity
from roles.box.inventory import data, misjudged
from roles.box.outcome import Outcome, outcome
from roles.box.packages import InstalledPackages, Package
from roles.box.plan import Plan, plan
from roles.box.preflight import preflight
from roles.box.root import as_root
from roles.jupyter.settings import Jupyter
from roles.lock.back import went_back
from roles.lock.disk import need_gb
from roles.lock.given import BundledLock, given
from roles.stack.model import Refused


def survey() -> Plan | None:
    """Judge the settings, read the box once and solve its stack; None: nothing is to be done.

    A box that already is what it shall be costs this one look.
    """
    summary.print_at_exit()
    planned = look()
    reason = outcome(host.name).failed
    if planned is None and reason:
        refuse(name="Preflight", reason=reason)
    if planned and stands(planned):
        unchanged(name="Look whether anything has changed")
        return None
    return planned


def look() -> Plan | None:
    """Do the same without a word, and without an operation to fail."""
    judge(host.state)
    box = host.get_fact(BoxIdentity)
    if not isinstance(box, Identity):
        return None  # pyinfra has failed this box, for what it said or did not say
    now = time.time()
    told = outcome(host.name)
    try:
        box = as_root(box)
        today = datetime.fromtimestamp(now, timezone.utc).date()
        back = host.data.get("_generation")
        what = given(data(host), bundled_lock) if back is None else went_back(host, str(back))
        planned = plan(box, data(host), today, what)
        if not stands(planned):
            preflight(box, planned.stack, data(host), now, need(planned))
    except Refused as refusal:
        told.refused = True
        told.failed = f"refused, nothing was changed: {refusal}"
        return None
    _note(told, planned)
    return planned


def need(planned: Plan) -> float:
    """Return the disk (GB) that the run is still to take."""
    fresh = not (planned.box.recorded and planned.box.recorded.digest)
    if planned.lock is None:
        return planned.stack.disk_gb if fresh else 0
    found: dict[str, Package] = host.get_fact(InstalledPackages)
    return need_gb(planned.lock, planned.stack, found, fresh=fresh)


def bundled_lock(bundle: str) -> list[str]:
    """Return the lines of a bundle's lock, as the box reads it."""
    lines: list[str] = host.get_fact(BundledLock, bundle=bundle)
    return lines


def _note(told: Outcome, planned: Plan) -> None:
    told.plan = planned
    told.notices = planned.box.notices
    jupyter = Jupyter.of(data(host))
    told.jupyter = jupyter.port if jupyter.install and planned.box.systemd else None


def stands(planned: Plan) -> bool:
    """Whether the box was given just this, and nothing about it has changed since."""
    was = planned.box.recorded
    # On the way back the inputs may be the same and the packages others.
    if was is None or planned.given.generation is not None:
        return False
    return was.digest == planned.digest and not (was.differences or was.pending or was.cut)


@operation()
def unchanged() -> Generator[StringCommand, None, None]:
    """Say that there is nothing to do."""
    host.noop("it is what was applied")
    yield from ()


@cache
def judge(state: State) -> None:
    """Refuse the whole run, once, for what the settings of any of its boxes say."""
    wrong = misjudged(box for box in state.inventory if state.is_host_in_limit(box))
    if wrong:
        raise DeployError("\n".join(wrong))


@operation(is_idempotent=False)
def refuse(reason: str) -> Generator[StringCommand, None, None]:
    """Fail this box alone: an exception here would stop every box, unnamed."""
    yield StringCommand("echo", QuoteString(reason), ">&2; exit 1")
