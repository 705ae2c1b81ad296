"""Bring the boxes of an inventory to their wanted state."""

from __future__ import annotations

import sys

import pyinfra_cli.main  # first of all: it patches sockets and threads for gevent
from pyinfra.api.state import StateStage
from pyinfra.context import ctx_state

from deploys._guard import BadInput, Request, complain, request
from roles.box.outcome import OUTCOMES, take_stock
from roles.box.summary import print_summary
from roles.nvidia_driver.reboot.elsewhere import looked_for

FAILED, REFUSED, REBOOT, INTERRUPTED = 1, 3, 5, 130


def main(argv: list[str]) -> int:
    """Judge the request, let pyinfra carry out deploys/dlbox.py, say what became of each box."""
    try:
        asked = request(argv)
    except BadInput as error:
        return complain("up", error)
    return carry_out("up", asked)


def carry_out(verb: str, asked: Request, *more: str) -> int:
    """Change the boxes, unless nobody could be asked; ``more`` goes to pyinfra too."""
    if not (asked.params["yes"] or asked.params["dry"] or sys.stdin.isatty()):
        print(
            f"dlbox {verb}: no terminal and no -y: nothing was changed | add -y, or --dry to look",
            file=sys.stderr,
        )
        return REFUSED
    code = run_pyinfra(asked, "deploys/dlbox.py", *more)
    take_stock()
    _explain_lost()
    verdict = exit_code(code)
    print_summary()
    return verdict


def _explain_lost() -> None:
    """Say of boxes whose connection was lost whether somebody rebooted them."""
    failed = [host for host in ctx_state.get().failed_hosts if host.name in OUTCOMES]
    plans = {host: OUTCOMES[host.name].plan for host in failed}
    lost = {host: plan.box.boot for host, plan in plans.items() if plan}
    for name, said in looked_for(lost).items():
        OUTCOMES[name].failed = f"{said}; run the same again, it goes on where it stopped"


def run_pyinfra(asked: Request, deploy: str = "deploys/dlbox.py", *more: str) -> int:
    """Run pyinfra in this process, so that the roles' outcomes can be read afterwards."""
    sys.argv = ["pyinfra", asked.choice.inventory, deploy, *asked.options, *more]
    try:
        pyinfra_cli.main.main()
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def exit_code(pyinfra: int) -> int:
    """Return the code for the whole run: the worst that became of a box."""
    outcomes = list(OUTCOMES.values())
    if outcomes and all(box.refused for box in outcomes):
        return REFUSED
    if pyinfra or any(box.failed or box.kept for box in outcomes):
        return pyinfra or FAILED
    if ctx_state.get().current_stage == StateStage.Execute:
        return INTERRUPTED  # pyinfra itself exits 0 on Ctrl-C
    return REBOOT if any(box.reboot for box in outcomes) else 0
