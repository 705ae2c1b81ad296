"""Plan for the boxes of an inventory: what each would get, and what apt would do there."""

from __future__ import annotations

import json

from dlbox.apply.report import take_results
from dlbox.cli.request import parse_request, report_bad_input
from dlbox.cli.up import run_pyinfra
from dlbox.errors import BadInput
from dlbox.exit_code import ExitCode
from dlbox.plan.plan_text import format_plans, host_data


def plan_boxes(argv: list[str]) -> int:
    """Look at each box, print its plan, change nothing."""
    try:
        request = parse_request(word for word in argv if word != "--json")
    except BadInput as error:
        return report_bad_input("plan", error)
    state, _ = run_pyinfra(request, "plan.py", "--dry", "-y")
    results = take_results(state)
    if "--json" in argv:
        boxes = {name: host_data(result) for name, result in results.items()}
        print(json.dumps({"boxes": boxes}, indent=2))
    else:
        print("\n".join(format_plans(results)))
    if any(result.plan is None and not result.refused for result in results.values()):
        return ExitCode.FAILED
    refused = any(result.refused for result in results.values())
    return ExitCode.REFUSED if refused else ExitCode.OK
