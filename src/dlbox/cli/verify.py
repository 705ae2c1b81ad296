"""Prove that the boxes of an inventory are what 'up' promised; changes nothing."""

from __future__ import annotations

import sys

from dlbox.cli.request import parse_request, report_bad_input
from dlbox.errors import BadInput
from dlbox.subprocesses import call

# Failures in full; skips are counted by reason, by roles/box/checks.py.
PYTEST = ["pytest", "-q", "--tb=short", "--no-header", "-rfE", "-p", "no:cacheprovider"]
NO_CHECKS_RAN = 5
"""Pytest's exit code for it; nothing was proved."""


def main(argv: list[str]) -> int:
    """Run every role's checks over the inventory; options after ``--`` go to pytest."""
    end = argv.index("--") if "--" in argv else len(argv)
    try:
        asked = parse_request(argv[:end])
    except BadInput as error:
        return report_bad_input("verify", error)
    given = [f"--target={asked.choice.inventory}"]
    given += [f"--limit={host.name}" for host in asked.hosts]
    given += [f"--data={pair}" for pair in asked.choice.data]
    given += [f"--group-data={folder}" for folder in asked.choice.group_data]
    code = call([sys.executable, "-m", *PYTEST, "roles", *given, *argv[end + 1 :]])
    return 1 if code == NO_CHECKS_RAN else code
