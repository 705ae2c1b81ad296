"""Bring the boxes of an inventory to their wanted state."""

from __future__ import annotations

import signal
import sys
from collections.abc import Mapping
from types import FrameType, ModuleType
from typing import Any

import pyinfra_cli.main  # first of all: it patches sockets and threads for gevent
from pyinfra.api import State
from pyinfra.api.state import StateStage
from pyinfra.context import ctx_state
from typing_extensions import Self

from dlbox.apply.reconnect import detect_unexpected_reboots
from dlbox.apply.results import Report, fail_stopped, take_results
from dlbox.cli.command import CHANGES, complain, verb
from dlbox.cli.request import Request, parse_request
from dlbox.errors import printable
from dlbox.exit_code import ExitCode
from dlbox.paths import DEPLOYS
from dlbox.plan.result import Result
from dlbox.plan.summary import format_summaries

EXAMPLE = """\
dlbox up
dlbox up lab.py --limit gtx-1 -y
dlbox up lab.py --dry"""
CODES = (ExitCode.FAILED, ExitCode.BAD_INPUT, ExitCode.REFUSED, ExitCode.REBOOT_PENDING)


@verb("up", EXAMPLE, *CODES, boxes=CHANGES)
def command(words: tuple[str, ...]) -> int:
    """It shows what would change, and asks. A box that already is what it should be costs one look.

    At its end it says for each box what is installed, skipped or deferred, warnings, and what to do
    next.
    """
    return run_changes("up", parse_request(words), "dlbox.py")


def run_changes(
    name: str, request: Request, deploy: str, *more: str, report: Report = format_summaries
) -> int:
    """Change the boxes, unless nobody could be asked; ``more`` goes to pyinfra too."""
    if not (request.params["yes"] or request.params["dry"] or sys.stdin.isatty()):
        complain(name, "no terminal and no -y: nothing was changed | add -y, or --dry to look")
        return ExitCode.REFUSED
    state, code = run_pyinfra(request, deploy, *more)
    results = take_results(state)
    # pyinfra also ends with 1 where a box was not reached.
    if code and not state.failed_hosts:
        fail_stopped(state, results)
    _explain_lost(state, results)
    print(printable(report(results)), file=sys.stderr)
    return exit_code(code, results, state)


def _explain_lost(state: State, results: Mapping[str, Result]) -> None:
    """Say of boxes whose connection was lost whether somebody rebooted them."""
    failed = [host for host in state.failed_hosts if host.name in results]
    plans = {host: results[host.name].plan for host in failed}
    lost = {host: plan.box.boot for host, plan in plans.items() if plan}
    for name, said in detect_unexpected_reboots(lost).items():
        results[
            name
        ].failed = f"{said} | run the same command again, it resumes where it stopped"


def run_pyinfra(request: Request, deploy: str, *more: str) -> tuple[State, int]:
    """Run pyinfra in this process; return its state, which has the results, and its exit code.

    Raises KeyboardInterrupt where the person has given up before anything was changed.
    """
    sys.argv = [
        *("pyinfra", request.choice.inventory, str(DEPLOYS / deploy)),
        *(*request.options, *more),
    ]
    code = 0
    with Interrupts(pyinfra_cli.main) as interrupts:
        try:
            pyinfra_cli.main.main()
        except SystemExit as end:
            code = int(end.code or 0)
    state = ctx_state.get()
    if interrupts.happened and state.current_stage < StateStage.Execute:
        raise KeyboardInterrupt
    return state, code


def exit_code(pyinfra: int, results: Mapping[str, Result], state: State) -> int:
    """Return the code for the whole run: the worst that became of a box."""
    boxes = list(results.values())
    if boxes and all(box.refused for box in boxes):
        return ExitCode.REFUSED
    if not pyinfra and state.current_stage == StateStage.Execute:
        return ExitCode.INTERRUPTED  # pyinfra itself exits 0 on Ctrl-C
    if pyinfra or any(box.failed or box.deferred for box in boxes):
        return pyinfra or ExitCode.FAILED
    return ExitCode.REBOOT_PENDING if any(box.reboot for box in boxes) else ExitCode.OK


class Interrupts:
    """Stands in for the module ``signal`` in a module that sets its own handler of Ctrl-C."""

    SIGINT = signal.SIGINT

    def __init__(self, module: ModuleType) -> None:
        """``module``: the one that sets the handler."""
        self.happened = False
        self._module = module

    def signal(self, number: int, handler: Any) -> Any:
        """Set a handler, and note when it is called."""

        def noting(number: int, frame: FrameType | None) -> Any:
            self.happened = True
            return handler(number, frame)

        return signal.signal(number, noting)

    def __enter__(self) -> Self:
        """Take the module's place, and remember how Ctrl-C is handled outside."""
        self._before = signal.getsignal(signal.SIGINT)
        self._module.__dict__["signal"] = self
        return self

    def __exit__(self, *_: object) -> None:
        """Give both back."""
        self._module.__dict__["signal"] = signal
        signal.signal(signal.SIGINT, self._before)
