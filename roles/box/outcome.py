"""What became of each box in this run, for the summary and the exit code."""

from __future__ import annotations

from dataclasses import dataclass

from pyinfra.api import Host, State
from pyinfra.api.state import BaseStateCallback, StateStage
from pyinfra.context import ctx_state
from typing_extensions import override

from roles.box.generations import Generation
from roles.box.plan import Plan
from roles.box.simulation import Simulation


@dataclass
class Outcome:
    """One box's run."""

    plan: Plan | None = None
    """What it was to get; None: it was refused, or never reached."""
    failed: str | None = None
    """Why it did not get it."""
    refused: bool = False
    """It failed before anything on it was changed."""
    kept: str | None = None
    """Why it keeps the driver it had, while it got everything else."""
    stays: bool = False
    """Its driver is not the one that is asked for, and stays until a later run or the next boot."""
    notices: tuple[str, ...] = ()
    """What the box itself has to say to its owner."""
    enrol: tuple[str, ...] = ()
    """What a person does until the kernel knows the key that modules are signed with."""
    reboot: str | None = None
    """Why a reboot is pending."""
    jupyter: int | None = None
    """Port JupyterLab answers on; None: it does not run."""
    apt: Simulation | None = None
    """What apt would do, where that was asked."""
    generations: tuple[Generation, ...] = ()
    """What it can go back to, where that was asked."""
    dry: bool = False
    """Nothing was to be changed in this run."""


OUTCOMES: dict[str, Outcome] = {}


def outcome(box: str) -> Outcome:
    """Return the box's outcome, to be written to."""
    return OUTCOMES.setdefault(box, Outcome())


class Watch(BaseStateCallback):
    """Notes which operation a box failed at."""

    @staticmethod
    @override
    def operation_host_error(
        state: State, host: Host, op_hash: str, retry_count: int = 0, max_retries: int = 0
    ) -> None:
        step = ", ".join(state.get_op_meta(op_hash).names)
        box = outcome(host.name)
        box.failed = box.failed or f"{step}: failed; its last lines stand above"


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
        elif host.name in failed:
            box.failed = box.failed or "the connection was lost; see above"
