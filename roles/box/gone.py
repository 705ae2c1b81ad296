"""Take away what a box was given and is no longer asked for."""

from __future__ import annotations

import shlex
from collections.abc import Generator
from pathlib import Path

from pyinfra import host
from pyinfra.api import FunctionCommand, Host, QuoteString, State, StringCommand, operation

from roles.box.outcome import outcome
from roles.box.plan import Plan
from roles.box.recorded import Recorded
from roles.nvidia_driver.owned import of_a_driver

Item = tuple[str, str]
SAID = "/var/lib/dlbox/said"
"""What the script has to say to the owner of the box, a line each."""
PURGE = Path(__file__).with_name("purge.sh").read_text(encoding="utf-8")
SCRIPT = PURGE + Path(__file__).with_suffix(".sh").read_text(encoding="utf-8")


def lost(was: Recorded | None, now: list[str]) -> list[Item]:
    """Return what was declared and is no longer; accounts stay, since their homes are people's.

    ``now``: the declarations of today, ``KIND<TAB>NAME<TAB>DECLARED`` each.
    """
    kept = {tuple(line.split("\t")[:2]) for line in now}
    declared = was.declared if was else {}
    return sorted(item for item in declared if item not in kept and item[0] != "user")


@operation()
def gone(plan: Plan) -> Generator[StringCommand | FunctionCommand, None, None]:
    """Have nothing that only an earlier plan has asked for."""
    was = plan.box.recorded
    items = lost(was, plan.owned.lines())
    if not items or was is None:
        host.noop("nothing was asked for once and is no longer")
        return
    changed = [d.name for d in was.differences if d.kind == "file" and d.now != "absent"]
    # The driver that stays for now still needs what goes with it.
    stays = outcome(host.name).stays
    left = {item for item in items if stays and of_a_driver(item)}
    rows = [item for item in items if item not in left]
    rows += [("still", folder) for folder in plan.owned.folders]
    rows += [("left", "\t".join((*item, was.declared[item]))) for item in sorted(left)]
    text = "".join(f"{kind}\t{name}\n" for kind, name in rows)
    script = f"sh -c {shlex.quote(SCRIPT)} gone {shlex.join(changed)}"
    yield StringCommand("printf %s", QuoteString(text), f"| {script}")
    yield FunctionCommand(_tell, [], {})


def _tell(state: State, host: Host) -> bool:
    """Take what was said into the summary; pyinfra keeps it to itself where all went well."""
    del state
    _, said = host.run_shell_command(f"cat {SAID}")
    outcome(host.name).notices += tuple(said.stdout_lines)
    return True
