"""Lint, types and quick unit tests."""

from __future__ import annotations

import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from tempfile import TemporaryFile

import click

from dlbox.cli.command import verb
from dlbox.cli.tiers import SLOW, require_checkout, run_tier
from dlbox.exit_code import ExitCode
from dlbox.paths import ROOT
from dlbox.subprocesses import Step, ran, report, skipped

EXAMPLE = "./dlbox check"
PROSE = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "docs", "src", "roles")
SHEBANGS = (b"#!/bin/sh", b"#!/usr/bin/env bash")


@verb("check", EXAMPLE, ExitCode.FAILED, ExitCode.BAD_INPUT)
@click.option("-y", "--yes", is_flag=True, help="Accepted; it asks nothing anyway.")
def command(*, yes: bool) -> int:
    """Tests that are marked slow are left to dlbox test."""
    del yes
    require_checkout("check")
    # Two at a time: the types take about as long as the tests, and a computer has two cores.
    with TemporaryFile("w+", encoding="utf-8") as output, ThreadPoolExecutor(1) as pool:
        later = pool.submit(lambda: run_tier("unit", output, words=SLOW))
        steps = [*linters(), later.result()]
        output.seek(0)
        print(output.read(), flush=True)
    return report(steps)


def linters() -> list[Step]:
    """Everything that judges the text without running it."""
    return [
        ran("ruff check", sys.executable, "-m", "ruff", "check"),
        ran("ruff format", sys.executable, "-m", "ruff", "format", "--check"),
        shellcheck(),
        ran("codespell", sys.executable, "-m", "codespell_lib", *PROSE),
        ran("pyproject", sys.executable, "-m", "validate_pyproject", "pyproject.toml"),
        ran("mypy", sys.executable, "-m", "mypy"),
    ]


def shell_scripts() -> list[str]:
    """Every shell script of ours, told by its first line."""
    folders = (ROOT / "roles", ROOT / "src")
    candidates = [ROOT / "dlbox", ROOT / ".ci/run"]
    candidates += [path for folder in folders for path in sorted(folder.rglob("*"))]
    return [
        str(path.relative_to(ROOT))
        for path in candidates
        if path.is_file() and path.read_bytes().startswith(SHEBANGS)
    ]


def shellcheck() -> Step:
    """Check the shell scripts, where shellcheck is installed."""
    if not shutil.which("shellcheck"):
        return skipped("shellcheck", "it is not installed | apt-get install shellcheck")
    return ran("shellcheck", "shellcheck", "-x", *shell_scripts())
