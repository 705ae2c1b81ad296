"""Say what has changed on boxes since 'up', and in their settings; changes nothing."""

from __future__ import annotations

import json

from dlbox.apply.report import take_results
from dlbox.cli.request import parse_request, report_bad_input
from dlbox.cli.up import run_pyinfra
from dlbox.errors import BadInput
from dlbox.plan.drift_report import comparisons, data, exit_code, format_drift_report


def main(argv: list[str]) -> int:
    """Look at each box once; print what differs, as JSON where that is asked for."""
    try:
        request = parse_request(word for word in argv if word != "--json")
    except BadInput as error:
        return report_bad_input("drift", error)
    state, _ = run_pyinfra(request, "drift.py", "--dry", "-y")
    results = take_results(state)
    found = comparisons(results)
    if "--json" in argv:
        print(json.dumps({"boxes": {name: data(box) for name, box in found.items()}}, indent=2))
    else:
        print("\n".join(format_drift_report(results)))
    return exit_code(found)
