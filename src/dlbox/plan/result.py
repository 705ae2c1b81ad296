"""Result of one box in a run."""

from __future__ import annotations

from dataclasses import dataclass, field

from dlbox.errors import REFUSED_BOX
from dlbox.host.apt_facts import Simulation
from dlbox.lockfile.model import Closure
from dlbox.plan.plan import Plan
from dlbox.plan.role import SummaryRows
from dlbox.stack.model import Refused
from dlbox.state.drift import Comparison
from dlbox.state.generations import Generation


@dataclass
class Result:
    """Result of one box. Roles write to it what the summary must say."""

    plan: Plan | None = None
    """Plan of the box; None: the box was refused, or never reached."""
    failed: str | None = None
    """Reason why the box did not get its plan."""
    refused: bool = False
    """Whether the box failed before any change."""
    deferred: str | None = None
    """Reason why the box keeps its former driver, although it got everything else."""
    driver_deferred: bool = False
    """Whether the box keeps a driver that is not the requested one, until a later run or the
    next boot."""
    notices: tuple[str, ...] = ()
    """Notices: texts that the box itself has for its owner."""
    enrol: tuple[str, ...] = ()
    """What a person must do until the kernel knows the key that signs the modules."""
    reboot: str | None = None
    """Why a reboot is pending."""
    rows: tuple[SummaryRows, ...] = field(default=())
    """Rows that its roles add to the summary."""
    apt: Simulation | None = None
    """What apt would do, if the run asked for it."""
    closure: Closure | None = None
    """What apt would fetch, if the run asked for it."""
    comparison: Comparison | None = None
    """How the box differs from its record, if the run asked for it."""
    generations: tuple[Generation, ...] = ()
    """Generations that the box can go back to, if the run asked for them."""
    removed: tuple[tuple[str, int], ...] = ()
    """Kind of things -> how many of them an uninstall removes; empty in other runs."""
    dry: bool = False
    """Whether this run must not change anything."""

    def refuse(self, reason: Refused) -> None:
        """Note that the box is refused before any change."""
        self.refused, self.failed = True, f"{REFUSED_BOX}: {reason}"

    @property
    def pending(self) -> tuple[str, ...]:
        """Return what is left to do on a box that has got everything it can get now."""
        return tuple(filter(None, (self.deferred, self.reboot, *self.enrol)))
