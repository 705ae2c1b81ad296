"""Give boxes again what they had before: packages, wheels, files and settings."""

from __future__ import annotations

import click

from dlbox.apply.results import take_results
from dlbox.cli.command import CHANGES, verb
from dlbox.cli.request import Request, parse_request
from dlbox.cli.up import CODES, run_changes, run_pyinfra
from dlbox.errors import printable
from dlbox.exit_code import ExitCode
from dlbox.plan.reports import format_generations
from dlbox.settings.pyinfra_data import GENERATION

EXAMPLE = """\
dlbox rollback --list
dlbox rollback lab.py --limit gtx-1
dlbox rollback --to 3 -y"""


@verb("rollback", EXAMPLE, *CODES, boxes=CHANGES)
@click.option("--list", "only_list", is_flag=True, help="Only say what there is to go back to.")
@click.option("--to", type=int, metavar="NUMBER", help="Which generation; else the one before.")
def command(words: tuple[str, ...], *, only_list: bool, to: int | None) -> int:
    """Packages, wheels, files and settings: as they were. It shows what would change, and asks."""
    request = parse_request(words)
    if only_list:
        return list_generations(request)
    which = "previous" if to is None else to
    return run_changes("rollback", request, "dlbox.py", "--data", f"{GENERATION}={which}")


def list_generations(request: Request) -> int:
    """Print what each box can go back to."""
    state, _ = run_pyinfra(request, "generations.py", "--dry", "-y")
    results = take_results(state)
    print(printable(format_generations(results)))
    failed = any(result.failed for result in results.values())
    return ExitCode.FAILED if failed else ExitCode.OK
