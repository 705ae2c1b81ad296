"""What became of one box in a run."""

from __future__ import annotations

from dataclasses import dataclass, field

from dlbox.host.apt_simulation import Simulation
from dlbox.lockfile.closure import Closure
from dlbox.plan.comparison import Comparison
from dlbox.plan.plan import Plan
from dlbox.plan.role import SummaryRows
from dlbox.state.generations import Generation


@dataclass
class Result:
    """One box's run. Roles write to it what the summary is to say."""

    plan: Plan | None = None
    """What it was to get; None: it was refused, or never reached."""
    failed: str | None = None
    """Why it did not get it."""
    refused: bool = False
    """It failed before anything on it was changed."""
    deferred: str | None = None
    """Why it keeps the driver it had, while it got everything else."""
    driver_deferred: bool = False
    """Its driver is not the one that is asked for, and stays until a later run or the next boot."""
    notices: tuple[str, ...] = ()
    """What the box itself has to say to its owner."""
    enrol: tuple[str, ...] = ()
    """What a person does until the kernel knows the key that modules are signed with."""
    reboot: str | None = None
    """Why a reboot is pending."""
    rows: tuple[SummaryRows, ...] = field(default=())
    """What its roles add to the summary."""
    apt: Simulation | None = None
    """What apt would do, where that was asked."""
    closure: Closure | None = None
    """What apt would fetch, where that was asked."""
    comparison: Comparison | None = None
    """How it differs from its record, where that was asked."""
    generations: tuple[Generation, ...] = ()
    """What it can go back to, where that was asked."""
    dry: bool = False
    """Nothing was to be changed in this run."""

    @property
    def pending(self) -> tuple[str, ...]:
        """What is left to do for a box that has got everything it could get now."""
        return tuple(filter(None, (self.deferred, self.reboot, *self.enrol)))
