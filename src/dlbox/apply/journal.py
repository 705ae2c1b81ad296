"""Note what a run is to bring before it brings any of it: one that is cut leaves nothing unknown."""

from __future__ import annotations

from collections.abc import Generator

from pyinfra import host
from pyinfra.api import QuoteString, StringCommand, operation

from dlbox.plan.plan import Plan
from dlbox.shell import shell_text
from dlbox.state.record import Record

SCRIPT = shell_text(__file__, "journal.sh")


def unrecorded(was: Record | None, now: list[str]) -> list[str]:
    """Return the declarations of today, ``KIND<TAB>NAME<TAB>DECLARED`` each, of what the box does not know."""
    known = was.declared if was else {}
    return [line for line in now if tuple(line.split("\t")[:2]) not in known]


@operation()
def write_journal(plan: Plan) -> Generator[StringCommand, None, None]:
    """Have the box remember what the run is to bring, until its record says what was brought."""
    new = unrecorded(plan.box.recorded, plan.manifest.lines())
    if not new:
        host.noop("all of it has been asked for before")
        return
    text = "".join(f"{line}\n" for line in new)
    yield StringCommand("printf %s", QuoteString(text), "| sh -c", QuoteString(SCRIPT), "begun")
