"""Take away what dlbox brought to the boxes of an inventory."""

from __future__ import annotations

from dlbox.cli.command import CHANGES, verb
from dlbox.cli.request import parse_request
from dlbox.cli.up import run_changes
from dlbox.exit_code import ExitCode
from dlbox.plan.reports import format_removals

EXAMPLE = """\
dlbox uninstall
dlbox uninstall lab.py --limit gtx-1 --dry"""
CODES = (ExitCode.FAILED, ExitCode.BAD_INPUT, ExitCode.REFUSED, ExitCode.REBOOT_PENDING)


@verb("uninstall", EXAMPLE, *CODES, boxes=CHANGES)
def command(words: tuple[str, ...]) -> int:
    """Packages, wheels, files, units, and dlbox's own record; it shows what would change, and asks.

    A driver that somebody uses stays, as nvidia_driver_when_busy says; run it again later. Accounts
    and files that somebody has changed stay.
    """
    return run_changes(
        "uninstall", parse_request(words), "uninstall.py", report=format_removals
    )
