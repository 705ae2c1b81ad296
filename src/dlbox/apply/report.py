"""Print the report of a run after everything that pyinfra prints."""

from __future__ import annotations

import atexit
import sys
from collections.abc import Callable, Mapping
from functools import cache

from pyinfra.api import State

from dlbox.apply.results import Results, collect_results
from dlbox.plan.result import Result

Report = Callable[[Mapping[str, Result]], list[str]]
"""Function that takes the results of a run by box name, and returns the lines about its boxes."""


@cache
def report_at_exit(state: State, report: Report) -> None:
    """Print a report when pyinfra ends, unless the caller has taken the results itself."""
    atexit.register(_print, state, report)


def take_results(state: State) -> dict[str, Result]:
    """Return the results of a run; from then on only the caller prints them."""
    Results.of(state).taken = True
    return collect_results(state)


def _print(state: State, report: Report) -> None:
    if not Results.of(state).taken:
        for line in report(take_results(state)):
            print(line, file=sys.stderr)  # noqa: T201 - the report is the run's output
