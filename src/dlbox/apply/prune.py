"""Take away what a box was given and is no longer asked for."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Generator

from pyinfra import host
from pyinfra.api import FunctionCommand, Host, QuoteString, State, StringCommand, operation

from dlbox.plan.plan import Plan
from dlbox.plan.result import Result
from dlbox.shell import shell_text
from dlbox.state.record import Record

Item = tuple[str, str]
NOTES = "/var/lib/dlbox/said"
"""What the script has to say to the owner of the box, a line each."""
PURGE = shell_text(__file__, "purge-packages.sh")
SCRIPT = PURGE + shell_text(__file__, "prune.sh")


def orphans(was: Record | None, now: list[str]) -> list[Item]:
    """Return what was declared and is no longer; accounts stay, since their homes are people's.

    ``now``: the declarations of today, ``KIND<TAB>NAME<TAB>DECLARED`` each.
    """
    kept = {tuple(line.split("\t")[:2]) for line in now}
    declared = was.declared if was else {}
    return sorted(item for item in declared if item not in kept and item[0] != "user")


@operation()
def prune(
    plan: Plan, result: Result, belongs_to_driver: Callable[[Item], bool]
) -> Generator[StringCommand | FunctionCommand, None, None]:
    """Have nothing that only an earlier plan has asked for."""
    was = plan.box.recorded
    items = orphans(was, plan.manifest.lines())
    if not items or was is None:
        host.noop("nothing was asked for once and is no longer")
        return
    changed = [d.name for d in was.differences if d.kind == "file" and d.now != "absent"]
    # The driver that stays for now still needs what goes with it.
    left = {item for item in items if result.driver_deferred and belongs_to_driver(item)}
    rows = [item for item in items if item not in left]
    rows += [("still", folder) for folder in plan.manifest.folders]
    rows += [("left", "\t".join((*item, was.declared[item]))) for item in sorted(left)]
    text = "".join(f"{kind}\t{name}\n" for kind, name in rows)
    script = f"sh -c {shlex.quote(SCRIPT)} gone {shlex.join(changed)}"
    yield StringCommand("printf %s", QuoteString(text), f"| {script}")
    yield FunctionCommand(_collect_notes, [result], {})


def _collect_notes(state: State, host: Host, result: Result) -> bool:
    """Take what was said into the summary; pyinfra keeps it to itself where all went well."""
    del state
    _, said = host.run_shell_command(f"cat {NOTES}")
    result.notices += tuple(said.stdout_lines)
    return True
