"""Write down, on the box, what it was given: what ``drift`` compares with, and the way back."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from io import StringIO
from typing import Any

import yaml
from pyinfra import host
from pyinfra.api import FileUploadCommand, QuoteString, StringCommand, operation

from dlbox.plan.plan import Plan
from dlbox.plan.result import Result
from dlbox.shell import shell_text
from dlbox.state.generations import PRUNE_GENERATIONS
from dlbox.state.record import OBSERVE

HOME = "/var/lib/dlbox"
NEW = f"{HOME}/generations/new"
SCRIPT = "\n".join((OBSERVE, PRUNE_GENERATIONS, shell_text(__file__, "record.sh")))


@operation()
def write_record(plan: Plan, result: Result) -> Generator[Any, None, None]:
    """Have the record say what now stands."""
    left = result.pending
    was = plan.box.recorded
    again = plan.source.generation or 0
    same = was and was.digest == plan.digest and was.pending == left
    if was and same and not (was.differences or was.interrupted or again):
        host.noop("it is as recorded")
        return
    yield StringCommand(f"umask 022; rm -rf {NEW} && mkdir -p {NEW}")
    yield _upload("head", record_head(plan, left))
    yield _upload("wanted", plan.manifest.lines())
    yield FileUploadCommand(StringIO(applied_yaml(plan)), f"{NEW}/applied.yaml")
    most = plan.settings.host.rollback_gb * 10**9
    yield StringCommand("sh -c", QuoteString(SCRIPT), "record", str(most), str(again))


def record_head(plan: Plan, left: Iterable[str]) -> list[str]:
    """Return the first lines of the record; ``left``: what is left to do."""
    lock = [f"lock {plan.lock.digest}"] if plan.lock and plan.lock.digest else []
    return [f"digest {plan.digest}", *lock, *(f"pending {reason}" for reason in left)]


def applied_yaml(plan: Plan) -> str:
    """Return what was applied, for people and for the way back."""
    # Without the warnings, which count days: a second run on another day changes nothing.
    stack = plan.stack.model_dump(mode="json", exclude={"warnings"})
    # Nor what one goes back without: it would tell two generations apart that are the same.
    said = {"knobs": plan.settings.persistent(), "stack": stack}
    return str(yaml.safe_dump(said, sort_keys=False))


def _upload(name: str, lines: list[str]) -> FileUploadCommand:
    return FileUploadCommand(StringIO("".join(f"{line}\n" for line in lines)), f"{NEW}/{name}")
