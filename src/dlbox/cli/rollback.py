"""Give boxes again what they had before: packages, wheels, files and settings."""

from __future__ import annotations

import argparse

from dlbox.apply.report import take_results
from dlbox.cli.request import Request, parse_request, report_bad_input
from dlbox.cli.up import carry_out, run_pyinfra
from dlbox.errors import BadInput
from dlbox.exit_code import ExitCode
from dlbox.plan.generations_text import format_generations
from dlbox.settings.pyinfra_data import GENERATION


def main(argv: list[str]) -> int:
    """Go back one generation, or to the one named; with --list only say which there are."""
    parser = argparse.ArgumentParser("dlbox rollback", description=__doc__, add_help=False)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--to", type=int, metavar="NUMBER")
    own, rest = parser.parse_known_args(argv)
    try:
        request = parse_request(rest)
    except BadInput as error:
        return report_bad_input("rollback", error)
    if own.list:
        return list_generations(request)
    which = "previous" if own.to is None else own.to
    return carry_out("rollback", request, "--data", f"{GENERATION}={which}")


def list_generations(request: Request) -> int:
    """Print what each box can go back to."""
    state, _ = run_pyinfra(request, "generations.py", "--dry", "-y")
    results = take_results(state)
    print("\n".join(format_generations(results)))
    failed = any(result.failed for result in results.values())
    return ExitCode.FAILED if failed else ExitCode.OK
