"""Write down all that boxes get, to the byte, for the same box again; changes nothing on them."""

from __future__ import annotations

import sys

from dlbox.apply.report import take_results
from dlbox.cli.request import parse_request, report_bad_input
from dlbox.cli.up import run_pyinfra
from dlbox.errors import BadInput
from dlbox.exit_code import ExitCode
from dlbox.locking.groups import group_by_lock
from dlbox.locking.run import lock_group
from dlbox.settings.inventory import host_data
from roles import ROLES

UPDATE = "--update"
WORST_FIRST = (ExitCode.FAILED, ExitCode.REFUSED)


def main(argv: list[str]) -> int:
    """Lock the classes of an inventory; exit 6 where a lock is stale and was not to be updated."""
    try:
        request = parse_request(word for word in argv if word != UPDATE)
        schema = ROLES.schema
        groups = group_by_lock(
            {host.name: schema.parse(host_data(host)) for host in request.hosts}
        )
    except BadInput as error:
        return report_bad_input("lock", error)
    # -y: pyinfra asks whether to go on without boxes that do not answer.
    state, _ = run_pyinfra(request, "lock.py", "--dry", "-y")
    results = take_results(state)
    codes = []
    for path, names in groups.items():
        code, lines = lock_group(path, names, results, update=UPDATE in argv)
        codes.append(code)
        for line in lines:
            print(f"dlbox lock: {line}", file=sys.stderr)
    return next((code for code in WORST_FIRST if code in codes), max(codes))
