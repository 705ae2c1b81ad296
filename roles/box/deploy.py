"""Survey a box, and record what was applied to it."""

from __future__ import annotations

import sys
import time
from collections.abc import Generator
from datetime import datetime, timezone
from functools import cache
from io import StringIO
from pathlib import Path

import yaml
from pyinfra import host
from pyinfra.api import QuoteString, State, StringCommand, deploy, operation
from pyinfra.api.exceptions import DeployError
from pyinfra.facts.files import Directory
from pyinfra.operations import files

from roles.box import summary
from roles.box.facts import BoxIdentity, Identity
from roles.box.inventory import data, misjudged
from roles.box.outcome import outcome
from roles.box.plan import Plan, plan, preflight
from roles.stack.model import Refused

RECORD = "/var/lib/dlbox/applied.yaml"


def survey() -> Plan | None:
    """Judge the settings, read the box once and solve its stack; None: refused, nothing changes."""
    summary.print_at_exit()
    planned = look()
    reason = outcome(host.name).failed
    if planned is None and reason:
        refuse(name="Preflight", reason=reason)
    return planned


def look() -> Plan | None:
    """Do the same without a word, and without an operation to fail."""
    judge(host.state)
    box = host.get_fact(BoxIdentity)
    if not isinstance(box, Identity):
        return None  # pyinfra has failed this box, for what it said or did not say
    now = time.time()
    try:
        become_root(box)
        planned = plan(box, data(host), datetime.fromtimestamp(now, timezone.utc).date())
        # The folder is what base makes first: a run that was cut has taken its disk already.
        fresh = host.get_fact(Directory, path=str(Path(RECORD).parent)) is None
        preflight(box, planned.stack, data(host), now, fresh=fresh)
    except Refused as refusal:
        outcome(host.name).refused = True
        outcome(host.name).failed = f"refused, nothing was changed: {refusal}"
        return None
    outcome(host.name).plan = planned
    return planned


@cache
def judge(state: State) -> None:
    """Refuse the whole run, once, for what the settings of any of its boxes say."""
    wrong = misjudged(box for box in state.inventory if state.is_host_in_limit(box))
    if wrong:
        raise DeployError("\n".join(wrong))


def become_root(box: Identity) -> None:
    """Use sudo where the login is not root. Raises Refused."""
    if box.uid == 0:
        return
    password = host.data.get("_sudo_password") or host.state.config.SUDO_PASSWORD
    if box.sudo == "none":
        msg = "the login is not root and there is no sudo; log in as root (--user root)"
        raise Refused(msg)
    if box.sudo == "password" and not password and not sys.stdin.isatty():
        msg = "sudo asks for a password and there is no terminal; add --same-sudo-password"
        raise Refused(msg)
    host.data._sudo = True  # noqa: SLF001 - pyinfra's own spelling of a global argument


@operation(is_idempotent=False)
def refuse(reason: str) -> Generator[StringCommand, None, None]:
    """Fail this box alone: an exception here would stop every box, unnamed."""
    yield StringCommand("echo", QuoteString(reason), ">&2; exit 1")


@deploy("Record")
def record(plan: Plan) -> None:
    """Write down, on the box, what it was given."""
    # Without the warnings, which count days: a second run on another day changes nothing.
    stack = plan.stack.model_dump(mode="json", exclude={"warnings"})
    text = yaml.safe_dump(stack, sort_keys=False)
    files.put(name="Write down what was applied", src=StringIO(text), dest=RECORD, mode="644")
