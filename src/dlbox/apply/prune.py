"""Prune: remove orphans, which a box was given and its settings no longer ask for."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Generator

from pyinfra import host
from pyinfra.api import FunctionCommand, Host, QuoteString, State, StringCommand, operation

from dlbox.plan.plan import Plan
from dlbox.plan.result import Result
from dlbox.shell import LIBRARY, shell_text
from dlbox.state.record import Record

Item = tuple[str, str]
NOTES = "/var/lib/dlbox/said"
"""File with the script's messages for the owner of the box, one per line."""
PURGE = LIBRARY + shell_text(__file__, "purge-packages.sh")
SCRIPT = PURGE + shell_text(__file__, "prune.sh")


def orphans(was: Record | None, now: list[str]) -> list[Item]:
    """Return the things that were declared and no longer are.

    Accounts are left out, because their homes belong to people. ``now``: today's declarations,
    each ``KIND<TAB>NAME<TAB>DECLARED``.
    """
    kept = {tuple(line.split("\t")[:2]) for line in now}
    declared = was.declared if was else {}
    return sorted(item for item in declared if item not in kept and item[0] != "user")


@operation()
def prune(
    plan: Plan, result: Result, belongs_to_driver: Callable[[Item], bool]
) -> Generator[StringCommand | FunctionCommand, None, None]:
    """Remove everything that only an earlier plan asked for.

    Orphans for which ``belongs_to_driver`` is true stay while the driver is deferred.
    """
    record = plan.box.recorded
    items = orphans(record, plan.manifest.lines())
    if not items or record is None:
        host.noop("no orphans")
        return
    changed = [d.name for d in record.differences if d.kind == "file" and d.now != "absent"]
    # The driver that stays for now still needs what belongs to it.
    left = {item for item in items if result.driver_deferred and belongs_to_driver(item)}
    rows = [item for item in items if item not in left]
    rows += [("still", folder) for folder in plan.manifest.folders]
    rows += [("left", "\t".join((*item, record.declared[item]))) for item in sorted(left)]
    text = "".join(f"{kind}\t{name}\n" for kind, name in rows)
    script = f"sh -c {shlex.quote(SCRIPT)} gone {shlex.join(changed)}"
    yield StringCommand("printf %s", QuoteString(text), f"| {script}")
    yield FunctionCommand(_collect_notes, [result], {})


def _collect_notes(state: State, host: Host, result: Result) -> bool:
    """Add the script's messages to the result; pyinfra hides them if the command succeeds."""
    del state
    _, output = host.run_shell_command(f"cat {NOTES}")
    result.notices += tuple(output.stdout_lines)
    return True
