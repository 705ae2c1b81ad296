"""Collect what became of each box while pyinfra runs, and print it at the end."""

from __future__ import annotations

import atexit
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache

from pyinfra.api import Host, State
from pyinfra.api.state import BaseStateCallback, StateStage
from typing_extensions import override

from dlbox.errors import printable
from dlbox.plan.result import Result


@dataclass
class Results(BaseStateCallback):
    """Results of one run by box name; pyinfra's state carries them."""

    boxes: dict[str, Result] = field(default_factory=dict)
    taken: bool = False
    """Whether the caller of pyinfra has read the results, and prints them itself."""

    @classmethod
    def of(cls, state: State) -> Results:
        """Return the results of a run; the first call creates them."""
        for handler in state.callback_handlers:
            if isinstance(handler, cls):
                return handler
        new = cls()
        state.add_callback_handler(new)
        return new

    def __getitem__(self, name: str) -> Result:
        """Return the result of a box, for the caller to write to."""
        return self.boxes.setdefault(name, Result())

    @staticmethod
    @override
    def operation_host_error(
        state: State, host: Host, op_hash: str, retry_count: int = 0, max_retries: int = 0
    ) -> None:
        """Store which operation failed on a box."""
        step = ", ".join(state.get_op_meta(op_hash).names)
        result = Results.of(state)[host.name]
        result.failed = result.failed or f"{step}: failed | see its last lines above"


AGAIN = "see above, then run the same command again"
UNREACHABLE = f"unreachable, nothing was changed | {AGAIN}"
LOST = f"the connection was lost | {AGAIN}"
CUT = f"the run ended before its last step | {AGAIN}; it resumes there"
STOPPED = f"the run ended before any change | {AGAIN}"


def has_ended(state: State, host: Host) -> bool:
    """Return whether every operation of a box was carried out, as pyinfra has counted them.

    An exception of dlbox or pyinfra ends the run without a failed operation.
    """
    planned, done = state.get_meta_for_host(host), state.get_results_for_host(host)
    return done.ops >= planned.ops


def fail_stopped(state: State, results: Mapping[str, Result]) -> None:
    """Mark the boxes of a run that an exception ended before it changed anything."""
    if state.current_stage < StateStage.Execute:
        for result in results.values():
            result.failed = result.failed or STOPPED


def collect_results(state: State) -> dict[str, Result]:
    """Return the result of every box of the run, with what its roles could not store.

    That is whether the box was unreachable, failed, or was only looked at.
    """
    results = Results.of(state)
    reached = {host.name for host in state.activated_hosts}
    failed = {host.name for host in state.failed_hosts}
    limit = state.limit_hosts
    for host in state.inventory if limit is None else limit:
        result = results[host.name]
        result.dry = state.current_stage < StateStage.Execute
        if host.name not in reached:
            result.failed = UNREACHABLE
        elif host.name in failed:
            result.failed = result.failed or LOST
        elif not result.dry and not has_ended(state, host):
            result.failed = result.failed or CUT
    return results.boxes


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
        lines = report(take_results(state))
        if lines:
            print(printable(lines), file=sys.stderr)  # noqa: T201 - the report is the run's output
