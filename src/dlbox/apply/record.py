"""Write a box's record at the end of a run, and the journal of what a run is about to bring."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from io import StringIO
from typing import Any

import yaml
from pyinfra import host
from pyinfra.api import FileUploadCommand, QuoteString, StringCommand, operation

from dlbox.host.cards import same_cards
from dlbox.plan.plan import Plan
from dlbox.plan.result import Result
from dlbox.shell import shell_text
from dlbox.state.generations import PRUNE_GENERATIONS
from dlbox.state.record import OBSERVE, Record

JOURNAL = shell_text(__file__, "journal.sh")


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
    yield StringCommand(
        "printf %s", QuoteString(text), "| sh -c", QuoteString(JOURNAL), "begun"
    )


HOME = "/var/lib/dlbox"
NEW = f"{HOME}/generations/new"
SCRIPT = "\n".join((OBSERVE, PRUNE_GENERATIONS, shell_text(__file__, "record.sh")))


@operation()
def write_record(plan: Plan, result: Result) -> Generator[Any, None, None]:
    """Write the record of the box's present state, if it differs from the last one."""
    pending = result.pending
    previous = plan.box.recorded
    generation = plan.source.generation or 0
    same = previous and previous.digest == plan.digest and previous.pending == pending
    same = same and same_cards(plan.box, plan.settings)
    if previous and same and not (previous.differences or previous.interrupted or generation):
        host.noop("the record is current")
        return
    yield StringCommand(f"umask 022; rm -rf {NEW} && mkdir -p {NEW}")
    yield _upload("head", record_head(plan, pending))
    yield _upload("wanted", plan.manifest.lines())
    yield FileUploadCommand(StringIO(applied_yaml(plan)), f"{NEW}/applied.yaml")
    max_bytes = plan.settings.host.rollback_gb * 10**9
    yield StringCommand("sh -c", QuoteString(SCRIPT), "record", str(max_bytes), str(generation))


def record_head(plan: Plan, left: Iterable[str]) -> list[str]:
    """Return the first lines of the record; ``left``: what is left to do."""
    lock = [f"lock {plan.lock.digest}"] if plan.lock and plan.lock.digest else []
    cards = [f"card {card.id} {card.address}".rstrip() for card in plan.cards]
    return [f"digest {plan.digest}", *lock, *cards, *(f"pending {reason}" for reason in left)]


def applied_yaml(plan: Plan) -> str:
    """Return the settings and the stack that were applied, as YAML for people and for rollback."""
    # Exclude the warnings, which count days: a second run on another day must change nothing.
    stack = plan.stack.model_dump(mode="json", exclude={"warnings"})
    # Exclude what a rollback does not restore: it would tell two equal generations apart.
    content = {"knobs": plan.settings.persistent(), "stack": stack}
    return str(yaml.safe_dump(content, sort_keys=False))


def _upload(name: str, lines: list[str]) -> FileUploadCommand:
    return FileUploadCommand(StringIO("".join(f"{line}\n" for line in lines)), f"{NEW}/{name}")
