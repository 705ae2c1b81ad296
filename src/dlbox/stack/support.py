"""How long a driver is supported, and by whom."""

from __future__ import annotations

from datetime import date

from dlbox.stack.candidate import Candidate, field_of
from dlbox.stack.catalog_schema import PackagedDriver
from dlbox.stack.problem import Problem


def until(problem: Problem, candidate: Candidate) -> date:
    """Return the last day somebody supports it; date.min: it has passed, and none was seen."""
    source, branch = field_of(candidate, "source"), field_of(candidate, "branch")
    packaged = distro_row(problem, branch) if source == "distro" else None
    end = (
        packaged.until if packaged and packaged.until else problem.catalog.drivers[branch].until
    )
    return end if isinstance(end, date) else date.min


def distro_row(problem: Problem, branch: int) -> PackagedDriver:
    """Return the distribution's own row of a branch."""
    return next(row for row in problem.offer.drivers if row.branch == branch)
