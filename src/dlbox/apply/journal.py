"""The journal: note on the box what a run will bring, before the run brings any of it.

If a run is cut, the box still knows everything that the run may have brought.
"""

from __future__ import annotations

from collections.abc import Generator

from pyinfra import host
from pyinfra.api import QuoteString, StringCommand, operation

from dlbox.plan.plan import Plan
from dlbox.shell import shell_text
from dlbox.state.record import Record

SCRIPT = shell_text(__file__, "journal.sh")


def unrecorded(was: Record | None, now: list[str]) -> list[str]:
    """Return today's declarations of the things that the box's record does not have.

    Each declaration is a ``KIND<TAB>NAME<TAB>DECLARED`` line.
    """
    known = was.declared if was else {}
    return [line for line in now if tuple(line.split("\t")[:2]) not in known]


@operation()
def write_journal(plan: Plan) -> Generator[StringCommand, None, None]:
    """Write what the run will bring; the journal stays until the record says what was brought."""
    new = unrecorded(plan.box.recorded, plan.manifest.lines())
    if not new:
        host.noop("the journal is current")
        return
    text = "".join(f"{line}\n" for line in new)
    yield StringCommand("printf %s", QuoteString(text), "| sh -c", QuoteString(SCRIPT), "begun")
