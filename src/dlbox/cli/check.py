"""Lint, types and unit tests, under a minute."""

from __future__ import annotations

import argparse
import shutil
import sys

from dlbox.cli.tiers import run_tier
from dlbox.paths import ROOT
from dlbox.subprocesses import Step, ran, report, skipped


def shell_scripts() -> list[str]:
    """Every shell script of ours, told by its first line."""
    candidates = [ROOT / "dlbox", ROOT / ".ci/run", *sorted((ROOT / "roles").rglob("*"))]
    return [
        str(path.relative_to(ROOT))
        for path in candidates
        if path.is_file()
        and path.read_bytes().startswith((b"#!/bin/sh", b"#!/usr/bin/env bash"))
    ]


def shellcheck() -> Step:
    """Check the shell scripts, where shellcheck is installed."""
    if not shutil.which("shellcheck"):
        return skipped("shellcheck", "it is not installed | apt-get install shellcheck")
    return ran("shellcheck", "shellcheck", "-x", *shell_scripts())


def linters() -> list[Step]:
    """Everything that judges the text without running it."""
    return [
        ran("ruff check", sys.executable, "-m", "ruff", "check"),
        ran("ruff format", sys.executable, "-m", "ruff", "format", "--check"),
        ran("mypy", sys.executable, "-m", "mypy"),
        shellcheck(),
    ]


def main(argv: list[str]) -> int:
    """Run them all, whatever the first ones said."""
    parser = argparse.ArgumentParser("dlbox check", description=__doc__)
    parser.add_argument(
        "-y", "--yes", action="store_true", help="accepted; it asks nothing anyway"
    )
    parser.parse_args(argv)
    return report([*linters(), run_tier("unit")])
