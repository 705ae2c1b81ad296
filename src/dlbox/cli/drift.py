"""Say what has changed on boxes since 'up', and in their settings; changes nothing."""

from __future__ import annotations

import json

import click

from dlbox.apply.results import take_results
from dlbox.cli.command import LOOKS, verb
from dlbox.cli.request import parse_request
from dlbox.cli.up import run_pyinfra
from dlbox.errors import printable
from dlbox.exit_code import ExitCode
from dlbox.plan.reports import comparisons, data, exit_code, format_drift_report

EXAMPLE = """\
dlbox drift
dlbox drift lab.py --json"""


@verb("drift", EXAMPLE, ExitCode.FAILED, ExitCode.BAD_INPUT, ExitCode.DIFFERENT, boxes=LOOKS)
@click.option("--json", "as_data", is_flag=True, help="Print JSON.")
def command(words: tuple[str, ...], *, as_data: bool) -> int:
    """It looks at each box once, and changes nothing."""
    state, _ = run_pyinfra(parse_request(words), "drift.py", "--dry", "-y")
    results = take_results(state)
    found = comparisons(results)
    if as_data:
        print(json.dumps({"boxes": {name: data(box) for name, box in found.items()}}, indent=2))
    else:
        print(printable(format_drift_report(results)))
    return exit_code(found)
