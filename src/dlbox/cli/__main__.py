"""Run one verb: ``dlbox VERB [ARGUMENTS]``, ``./dlbox`` in a checkout, ``python -m dlbox.cli``."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

from dlbox.paths import ROOT, enter_site, keep_tree_clean

COMPLETE = "_DLBOX_COMPLETE"
"""Environment variable by which a shell asks what words may follow."""


def main() -> int:
    """Run what the command line says; return the exit code."""
    keep_tree_clean()
    # Roles are imported from beside us, and never from where somebody happens to stand.
    here = {"", "."}
    with contextlib.suppress(FileNotFoundError):
        here.add(str(Path.cwd()))
    sys.path[:] = [str(ROOT), *(place for place in sys.path if place not in here)]
    # Only now: what is imported from here on is compiled to where it may be.
    from dlbox.cli.command import run_verb  # noqa: PLC0415
    from dlbox.cli.group import VERBS, dlbox  # noqa: PLC0415

    if COMPLETE in os.environ:
        from click.shell_completion import shell_complete  # noqa: PLC0415

        return shell_complete(dlbox, {}, "dlbox", COMPLETE, os.environ[COMPLETE])
    argv = sys.argv[1:]
    if argv[:1] == ["help"]:
        argv = [*argv[1:], "--help"]

    def work() -> int:
        enter_site()
        with dlbox.make_context("dlbox", argv or ["--help"]) as context:
            return int(dlbox.invoke(context))

    return run_verb(argv[0] if argv and argv[0] in VERBS else "", work)


if __name__ == "__main__":
    sys.exit(main())
