"""Prove that the boxes of an inventory are what 'up' promised; changes nothing."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from typing_extensions import override

from dlbox.cli.command import WHICH, Verb, verb
from dlbox.cli.request import Request, parse_request
from dlbox.exit_code import ExitCode
from dlbox.paths import PACKAGE, ROOT
from dlbox.subprocesses import call

EXAMPLE = """\
dlbox verify
dlbox verify lab.py --limit gtx-1 -- -k 'cuda or nccl' -x"""
CODES = (ExitCode.FAILED, ExitCode.BAD_INPUT)
MARKERS = "gpu: needs a GPU that can be reached\nservice: needs a running systemd"
# Pass every option: the current folder may have a pyproject.toml or a conftest.py of its own.
PYTEST = (
    *("pytest", "-q", "--tb=short", "--no-header"),
    "-rfE",  # failures in full; skips are counted by reason, by the plugin
    *("-p", "dlbox.verify.plugin", "-p", "no:cacheprovider"),
    *("-c", "/dev/null", f"--rootdir={ROOT}", f"--confcutdir={ROOT}"),
    *("-o", "python_files=verify.py packages.py cards.py", "-o", f"markers={MARKERS}"),
    *("--import-mode=importlib", "--strict-markers"),
)
CODE_OF = {0: ExitCode.OK, 2: ExitCode.INTERRUPTED, 4: ExitCode.BAD_INPUT}
"""Pytest's exit code -> ours; by all others, such as 5 for no checks at all, nothing is proved."""
LOGIN = ("ssh_user", "ssh_port", "ssh_key")
"""Options of pyinfra that are settings of a connection, too."""
PYTEST_WORDS = "dlbox.pytest"
"""Where a context keeps the words after ``--``."""


class _Verify(Verb):
    @override
    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        # Click would drop the `--`, and with it whose word is whose.
        end = args.index("--") if "--" in args else len(args)
        ctx.meta[PYTEST_WORDS] = args[end + 1 :]
        return super().parse_args(ctx, args[:end])

    @override
    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return [*super().collect_usage_pieces(ctx), "[-- PYTEST OPTIONS]"]


@verb("verify", EXAMPLE, *CODES, boxes=WHICH, kind=_Verify)
@click.pass_context
def command(context: click.Context, words: tuple[str, ...]) -> int:
    """Every role's checks ask the box itself: they compile, train and run, and change nothing.

    Options after -- go to pytest: -k WORDS runs the checks with these words in their names, -x
    stops at the first failure.
    """
    return verify(parse_request(words), context.meta[PYTEST_WORDS])


def verify(asked: Request, pytest: list[str]) -> int:
    """Run the checks in a Python of their own; return the exit code."""
    given = [f"--target={asked.choice.inventory}"]
    given += [f"--limit={host.name}" for host in asked.hosts]
    given += [f"--data={pair}" for pair in asked.choice.data]
    given += [f"--group-data={folder}" for folder in asked.choice.group_data]
    given += [f"--data={name}={asked.params[name]}" for name in LOGIN if asked.params[name]]
    whole = (str(PACKAGE / "verify" / name) for name in ("cards.py", "packages.py"))
    checks = [str(ROOT / "roles"), *whole]
    words = [sys.executable, "-m", *PYTEST, *checks, *given, *pytest]
    return CODE_OF.get(call(words, cwd=Path.cwd()), ExitCode.FAILED)
