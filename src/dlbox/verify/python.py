"""Run Python on a box, and read what a lock allows, for checks."""

from __future__ import annotations

import re

from testinfra.host import Host

from dlbox.host.layout import lock_text


def run_python(box: Host, python: str, script: str, *args: str, user: str = "") -> str:
    """Return what a script prints.

    The script travels as standard input; it must not contain a secret.
    """
    prefix = f"runuser -u {user} -- " if user else ""
    # Run from /: a script's own folder comes first in sys.path, and a home may hold a numpy.py.
    words = " %s" * len(args)
    run = box.run(f"cd / && printf %%s %s | {prefix}{python} -{words}", script, *args)
    assert run.succeeded, run.stderr[-2000:]  # noqa: S101 - this is part of a check
    return str(run.stdout).strip()


def locked(lock: str) -> set[str]:
    """Return ``name==version`` of every wheel that a lock allows, for any Python."""
    return set(re.findall(r"^([a-z0-9][a-z0-9.-]*==[^\s;]+)", lock_text(lock), re.MULTILINE))
