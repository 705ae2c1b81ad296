"""Plan for the boxes of an inventory: what each would get, and what apt would do there."""

from __future__ import annotations

import json
from collections.abc import Sequence

from dlbox.apply.results import take_results
from dlbox.cli.request import parse_request
from dlbox.cli.up import run_pyinfra
from dlbox.errors import printable
from dlbox.exit_code import ExitCode
from dlbox.plan.plan_text import format_plans, host_data


def plan_boxes(words: Sequence[str], *, as_data: bool) -> int:
    """Look at each box, print its plan, change nothing. Raises BadInput."""
    request = parse_request(words)
    state, _ = run_pyinfra(request, "plan.py", "--dry", "-y")
    results = take_results(state)
    if as_data:
        boxes = {name: host_data(result) for name, result in results.items()}
        print(json.dumps({"boxes": boxes}, indent=2))
    else:
        print(printable(format_plans(results)))
    if any(result.plan is None and not result.refused for result in results.values()):
        return ExitCode.FAILED
    refused = any(result.refused for result in results.values())
    return ExitCode.REFUSED if refused else ExitCode.OK
