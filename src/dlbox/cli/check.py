"""Lint, types and quick unit tests."""

from __future__ import annotations

import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from tempfile import TemporaryFile

import click

from dlbox.cli.command import verb
from dlbox.cli.tiers import SLOW, require_checkout, run_tier
from dlbox.exit_code import ExitCode
from dlbox.paths import ROOT
from dlbox.subprocesses import Step, report, run_step, skipped

EXAMPLE = "./dlbox check"
PROSE = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "docs", "src", "roles")
SHARDS = 2
SHEBANGS = (b"#!/bin/sh", b"#!/usr/bin/env bash")


@verb("check", EXAMPLE, ExitCode.FAILED, ExitCode.BAD_INPUT)
@click.option("-y", "--yes", is_flag=True, help="Accepted; it asks nothing anyway.")
def command(*, yes: bool) -> int:
    """Tests that are marked slow are left to dlbox test."""
    del yes
    require_checkout("check")
    # The types take about as long as half of the tests, and a computer has two cores.
    with ThreadPoolExecutor(SHARDS) as pool:
        later = [pool.submit(run_shard, number) for number in range(SHARDS)]
        steps = linters()
        for step, output in (future.result() for future in later):
            print(output, flush=True)
            steps.append(step)
    return report(steps)


def run_shard(number: int) -> tuple[Step, str]:
    """Run the unit tests of every SHARDSth folder, and return what pytest says of them."""
    folders = sorted(path for path in (ROOT / "tests/unit").iterdir() if path.is_dir())
    others = [folder for n, folder in enumerate(folders) if n % SHARDS != number]
    words = [*SLOW, *(f"--ignore={folder}" for folder in others)]
    if number:  # the files that are in no folder belong to the first one
        words.append(f"--ignore-glob={ROOT}/tests/unit/test_*.py")
    with TemporaryFile("w+", encoding="utf-8") as output:
        step = run_tier("unit", output, words=words)
        output.seek(0)
        return replace(step, name=f"unit {number + 1}/{SHARDS}"), output.read()


def linters() -> list[Step]:
    """Everything that judges the text without running it."""
    return [
        run_step("ruff check", sys.executable, "-m", "ruff", "check"),
        run_step("ruff format", sys.executable, "-m", "ruff", "format", "--check"),
        shellcheck(),
        run_step("codespell", sys.executable, "-m", "codespell_lib", *PROSE),
        run_step("pyproject", sys.executable, "-m", "validate_pyproject", "pyproject.toml"),
        run_step("mypy", sys.executable, "-m", "mypy"),
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
    return run_step("shellcheck", "shellcheck", "-x", *shell_scripts())
