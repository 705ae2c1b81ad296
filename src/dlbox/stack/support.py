"""Find how long a driver is supported, and by whom."""

from __future__ import annotations

from datetime import date

from dlbox.stack.candidate import Candidate, field_of
from dlbox.stack.catalog_schema import PackagedDriver
from dlbox.stack.problem import Problem


def until(problem: Problem, candidate: Candidate) -> date:
    """Return the last day of a driver's support; date.min: it has ended, on a day that was not seen."""
    source, branch = field_of(candidate, "source"), field_of(candidate, "branch")
    packaged = distro_row(problem, branch) if source == "distro" else None
    end = (
        packaged.until if packaged and packaged.until else problem.catalog.drivers[branch].until
    )
    return end if isinstance(end, date) else date.min


def distro_row(problem: Problem, branch: int) -> PackagedDriver:
    """Return the row of the driver that the distribution packages in a branch."""
    return next(row for row in problem.offer.drivers if row.branch == branch)
