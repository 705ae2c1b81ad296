"""Note what a run is to bring before it brings any of it: one that is cut leaves nothing unknown."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

from pyinfra import host
from pyinfra.api import QuoteString, StringCommand, operation

from roles.box.plan import Plan
from roles.box.recorded import Recorded

SCRIPT = Path(__file__).with_suffix(".sh").read_text(encoding="utf-8")


def unknown(was: Recorded | None, now: list[str]) -> list[str]:
    """Return the declarations of today, ``KIND<TAB>NAME<TAB>DECLARED`` each, of what the box does not know."""
    known = was.declared if was else {}
    return [line for line in now if tuple(line.split("\t")[:2]) not in known]


@operation()
def begin(plan: Plan) -> Generator[StringCommand, None, None]:
    """Have the box remember what the run is to bring, until its record says what was brought."""
    new = unknown(plan.box.recorded, plan.owned.lines())
    if not new:
        host.noop("all of it has been asked for before")
        return
    text = "".join(f"{line}\n" for line in new)
    yield StringCommand("printf %s", QuoteString(text), "| sh -c", QuoteString(SCRIPT), "begun")
