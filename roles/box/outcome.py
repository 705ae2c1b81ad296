"""What became of each box in this run, for the summary and the exit code."""

from __future__ import annotations

from dataclasses import dataclass

from pyinfra.api.state import StateStage
from pyinfra.context import ctx_state

from roles.box.plan import Plan


@dataclass
class Outcome:
    """One box's run."""

    plan: Plan | None = None
    """What it was to get; None: it was refused, or never reached."""
    failed: str | None = None
    """Why it did not get it."""
    refused: bool = False
    """It failed before anything on it was changed."""
    reboot: str | None = None
    """Why a reboot is pending."""
    jupyter: int | None = None
    """Port JupyterLab answers on; None: it does not run."""
    dry: bool = False
    """Nothing was to be changed in this run."""


OUTCOMES: dict[str, Outcome] = {}


def outcome(box: str) -> Outcome:
    """Return the box's outcome, to be written to."""
    return OUTCOMES.setdefault(box, Outcome())


def take_stock() -> None:
    """Note for every box of the run what its roles could not: unreached, failed, only looked at."""
    state = ctx_state.get()
    reached = {host.name for host in state.activated_hosts}
    failed = {host.name for host in state.failed_hosts}
    limit = state.limit_hosts
    for host in state.inventory if limit is None else limit:
        box = outcome(host.name)
        box.dry = state.current_stage < StateStage.Execute
        if host.name not in reached:
            box.failed = "unreachable, nothing was changed; see above, then run the same again"
        elif host.name in failed and not box.refused:
            box.failed = "an operation failed; its last lines stand above"
