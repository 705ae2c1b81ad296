"""Bring the boxes of an inventory to their wanted state."""

from __future__ import annotations

import sys
from collections.abc import Mapping

import pyinfra_cli.main  # first of all: it patches sockets and threads for gevent
from pyinfra.api import State
from pyinfra.api.state import StateStage
from pyinfra.context import ctx_state

from dlbox.apply.report import take_results
from dlbox.apply.unexpected_reboot import detect_unexpected_reboots
from dlbox.cli.request import Request, parse_request, report_bad_input
from dlbox.errors import BadInput
from dlbox.exit_code import ExitCode
from dlbox.paths import DEPLOYS
from dlbox.plan.result import Result
from dlbox.plan.summary import format_summaries


def main(argv: list[str]) -> int:
    """Judge the request, let pyinfra carry out deploys/dlbox.py, say what became of each box."""
    try:
        request = parse_request(argv)
    except BadInput as error:
        return report_bad_input("up", error)
    return carry_out("up", request)


def carry_out(verb: str, request: Request, *more: str) -> int:
    """Change the boxes, unless nobody could be asked; ``more`` goes to pyinfra too."""
    if not (request.params["yes"] or request.params["dry"] or sys.stdin.isatty()):
        print(
            f"dlbox {verb}: no terminal and no -y: nothing was changed | add -y, or --dry to look",
            file=sys.stderr,
        )
        return ExitCode.REFUSED
    state, code = run_pyinfra(request, "dlbox.py", *more)
    results = take_results(state)
    _explain_lost(state, results)
    print("\n".join(format_summaries(results)), file=sys.stderr)
    return exit_code(code, results, state)


def _explain_lost(state: State, results: Mapping[str, Result]) -> None:
    """Say of boxes whose connection was lost whether somebody rebooted them."""
    failed = [host for host in state.failed_hosts if host.name in results]
    plans = {host: results[host.name].plan for host in failed}
    lost = {host: plan.box.boot for host, plan in plans.items() if plan}
    for name, said in detect_unexpected_reboots(lost).items():
        results[name].failed = f"{said}; run the same again, it goes on where it stopped"


def run_pyinfra(request: Request, deploy: str, *more: str) -> tuple[State, int]:
    """Run pyinfra in this process; return its state, which has the results, and its exit code."""
    sys.argv = [
        *("pyinfra", request.choice.inventory, str(DEPLOYS / deploy)),
        *(*request.options, *more),
    ]
    code = 0
    try:
        pyinfra_cli.main.main()
    except SystemExit as end:
        code = int(end.code or 0)
    return ctx_state.get(), code


def exit_code(pyinfra: int, results: Mapping[str, Result], state: State) -> int:
    """Return the code for the whole run: the worst that became of a box."""
    boxes = list(results.values())
    if boxes and all(box.refused for box in boxes):
        return ExitCode.REFUSED
    if pyinfra or any(box.failed or box.deferred for box in boxes):
        return pyinfra or ExitCode.FAILED
    if state.current_stage == StateStage.Execute:
        return ExitCode.INTERRUPTED  # pyinfra itself exits 0 on Ctrl-C
    return ExitCode.REBOOT_PENDING if any(box.reboot for box in boxes) else ExitCode.OK
