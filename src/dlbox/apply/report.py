"""Print what a run found, after all that pyinfra prints."""

from __future__ import annotations

import atexit
import sys
from collections.abc import Callable, Mapping
from functools import cache

from pyinfra.api import State

from dlbox.apply.results import Results, collect_results
from dlbox.plan.result import Result

Report = Callable[[Mapping[str, Result]], list[str]]
"""Return the lines about the boxes of a run, by name."""


@cache
def report_at_exit(state: State, report: Report) -> None:
    """Have a report printed when pyinfra ends, unless the caller has taken the results itself."""
    atexit.register(_print, state, report)


def take_results(state: State) -> dict[str, Result]:
    """Return the results of a run, to be printed by the caller and by nobody else."""
    Results.of(state).taken = True
    return collect_results(state)


def _print(state: State, report: Report) -> None:
    if not Results.of(state).taken:
        for line in report(take_results(state)):
            print(line, file=sys.stderr)  # noqa: T201 - it is what a run says
