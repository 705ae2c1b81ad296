"""Take away what a box was given and is no longer asked for."""

from __future__ import annotations

import shlex
from collections.abc import Generator
from pathlib import Path

from pyinfra import host
from pyinfra.api import QuoteString, StringCommand, operation

from roles.box.outcome import outcome
from roles.box.plan import Plan
from roles.box.recorded import Recorded

Item = tuple[str, str]
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
def gone(plan: Plan) -> Generator[StringCommand, None, None]:
    """Have nothing that only an earlier plan has asked for."""
    was = plan.box.recorded
    items = lost(was, plan.owned.lines())
    if outcome(host.name).kept:
        # The driver that stays needs its programs and its packages.
        items = [item for item in items if item[0] not in ("package", "file", "unit")]
    if not items or was is None:
        host.noop("nothing was asked for once and is no longer")
        return
    changed = [d.name for d in was.differences if d.kind == "file" and d.now != "absent"]
    text = "".join(f"{kind}\t{name}\n" for kind, name in items)
    script = f"sh -c {shlex.quote(SCRIPT)} gone {shlex.join(changed)}"
    yield StringCommand("printf %s", QuoteString(text), f"| {script}")
