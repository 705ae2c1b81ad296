"""Write down all that boxes get, to the byte, for the same box again; changes nothing on them."""

from __future__ import annotations

import click

from dlbox.apply.results import take_results
from dlbox.cli.command import LOOKS, complain, verb
from dlbox.cli.request import parse_request
from dlbox.cli.up import run_pyinfra
from dlbox.exit_code import ExitCode
from dlbox.locking.groups import group_by_lock
from dlbox.locking.run import lock_group
from dlbox.settings.inventory import host_data
from roles import ROLES

EXAMPLE = """\
dlbox lock lab.py
dlbox lock lab.py --update"""
CODES = (ExitCode.FAILED, ExitCode.BAD_INPUT, ExitCode.REFUSED, ExitCode.DIFFERENT)
WORST_FIRST = (ExitCode.FAILED, ExitCode.REFUSED)


@verb("lock", EXAMPLE, *CODES, boxes=LOOKS)
@click.option("--update", is_flag=True, help="Rewrite a stale lock.")
def command(words: tuple[str, ...], *, update: bool) -> int:
    """Boxes that name the same file in box_lock are one class, and get one lock.

    A stale lock is reported, with what changed; only --update rewrites it.
    Nothing on the boxes is changed.
    """
    request = parse_request(words)
    schema = ROLES.schema
    groups = group_by_lock({host.name: schema.parse(host_data(host)) for host in request.hosts})
    # -y: pyinfra asks whether to go on without boxes that do not answer.
    state, _ = run_pyinfra(request, "lock.py", "--dry", "-y")
    results = take_results(state)
    codes = []
    for path, names in groups.items():
        code, lines = lock_group(path, names, results, update=update)
        codes.append(code)
        for line in lines:
            complain("lock", line)
    return next((code for code in WORST_FIRST if code in codes), max(codes))


main = command.run
