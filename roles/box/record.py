"""Write down, on the box, what it was given: what ``drift`` compares with, and the way back."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from io import StringIO
from pathlib import Path
from typing import Any

import yaml
from pyinfra import host
from pyinfra.api import FileUploadCommand, QuoteString, StringCommand, operation

from roles.box.inventory import data
from roles.box.outcome import Outcome, outcome
from roles.box.plan import Plan
from roles.box.recorded import LOOK
from roles.box.settings import Box
from roles.lock.knobs import CONDUCT, PLACES, lasting

HOME = "/var/lib/dlbox"
NEW = f"{HOME}/generations/new"
OWN = [Path(__file__).with_name(part).read_text("utf-8") for part in ("prune.sh", "record.sh")]
SCRIPT = "\n".join((LOOK, *OWN))


def pending(box: Outcome) -> tuple[str, ...]:
    """Return what is left to do for a box that has got everything it could get now."""
    return tuple(filter(None, (box.kept, box.reboot, *box.enrol)))


@operation()
def record(plan: Plan) -> Generator[Any, None, None]:
    """Have the record say what now stands."""
    left = pending(outcome(host.name))
    was = plan.box.recorded
    again = plan.given.generation or 0
    same = was and was.digest == plan.digest and was.pending == left
    if was and same and not (was.differences or was.cut or again):
        host.noop("it is as recorded")
        return
    yield StringCommand(f"umask 022; rm -rf {NEW} && mkdir -p {NEW}")
    yield _upload("head", head(plan, left))
    yield _upload("wanted", plan.owned.lines())
    yield FileUploadCommand(StringIO(applied(plan)), f"{NEW}/applied.yaml")
    most = Box.of(data(host)).rollback_gb * 10**9
    yield StringCommand("sh -c", QuoteString(SCRIPT), "record", str(most), str(again))


def head(plan: Plan, left: Iterable[str]) -> list[str]:
    """Return the first lines of the record; ``left``: what is left to do."""
    lock = [f"lock {plan.lock.digest}"] if plan.lock and plan.lock.digest else []
    return [f"digest {plan.digest}", *lock, *(f"pending {reason}" for reason in left)]


def applied(plan: Plan) -> str:
    """Return what was applied, for people and for the way back."""
    # Without the warnings, which count days: a second run on another day changes nothing.
    stack = plan.stack.model_dump(mode="json", exclude={"warnings"})
    # Nor what one goes back without: it would tell two generations apart that are the same.
    left_out = (*PLACES, *CONDUCT)
    knobs = {knob: said for knob, said in lasting(data(host)).items() if knob not in left_out}
    said = {"knobs": knobs, "stack": stack}
    return str(yaml.safe_dump(said, sort_keys=False))


def _upload(name: str, lines: list[str]) -> FileUploadCommand:
    return FileUploadCommand(StringIO("".join(f"{line}\n" for line in lines)), f"{NEW}/{name}")
