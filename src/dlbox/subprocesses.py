"""Run external programs, and report the steps of a run of checks at its end."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import IO

from dlbox.errors import format_error
from dlbox.exit_code import ExitCode
from dlbox.paths import ROOT, python_environment


@dataclass(frozen=True)
class Step:
    """One linter or test tier: its counts, its duration and the reasons for its skips."""

    name: str
    seconds: float = 0
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    notes: tuple[str, ...] = ()

    @property
    def verdict(self) -> str:
        """Return the result of the whole step in one word."""
        if self.failed:
            return "failed"
        return "passed" if self.passed else "skipped"


def call(argv: Sequence[str], output: IO[str] | None = None, *, cwd: Path = ROOT) -> int:
    """Run a program in ``cwd`` and return its exit status.

    ``output`` receives the program's stdout and stderr; None: the program inherits dlbox's own.
    """
    with subprocess.Popen(
        argv, cwd=cwd, env=python_environment(), stdout=output, stderr=output
    ) as child:
        try:
            return child.wait()
        except KeyboardInterrupt:
            # Ctrl-C reached the child too: let it remove its boxes before dlbox exits.
            child.wait()
            raise


def run_step(name: str, *argv: str) -> Step:
    """Run a linter and return its step; the exit status decides whether it passed."""
    print(f"\n== {name}", flush=True)
    started = monotonic()
    failed = int(call(argv) != 0)
    return Step(name, monotonic() - started, passed=1 - failed, failed=failed)


def skipped(name: str, reason: str) -> Step:
    """Print that a step could not run, with the reason, and return it as skipped."""
    print(f"\n== {name}", *format_error("skipped", reason), sep="\n", flush=True)
    return Step(name, skipped=1, notes=(f"skipped {name}: {reason}",))


def report(steps: Iterable[Step]) -> int:
    """Print the table of steps, the notes and the totals, and return the exit code.

    The notes name every skip and failure with its reason. The exit code is 1 if something
    failed or nothing passed, else 0.
    """
    steps = list(steps)
    print(f"\n{'step':<16}{'result':<9}{'seconds':>8}{'passed':>8}{'failed':>8}{'skipped':>9}")
    for step in steps:
        counts = f"{step.passed:>8}{step.failed:>8}{step.skipped:>9}"
        print(f"{step.name:<16}{step.verdict:<9}{step.seconds:>8.1f}{counts}")
    for note in (note for step in steps for note in step.notes):
        print("\n".join(format_error("", note)))
    passed, failed = sum(s.passed for s in steps), sum(s.failed for s in steps)
    if not passed + failed:
        print("nothing ran at all, so nothing is proved")
    print(f"{passed} passed, {failed} failed, {sum(s.skipped for s in steps)} skipped")
    return ExitCode.FAILED if failed or not passed else ExitCode.OK


class Unreadable(Exception):  # noqa: N818 - an outside condition, not a malfunction
    """An external source could not be read; the text says which one, and why."""


def run_output(
    *argv: str, cwd: Path | None = None, environment: Mapping[str, str] | None = None
) -> str:
    """Return what a program printed on stdout. Raises Unreadable if it is missing or fails.

    The error has the last line that the program wrote to stderr.
    """
    try:
        done = subprocess.run(
            argv,
            cwd=cwd,
            env={**os.environ, **(environment or {})},
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError as missing:
        msg = f"{argv[0]} is not installed"
        raise Unreadable(msg) from missing
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        msg = f"{Path(argv[0]).name}: {last}"
        raise Unreadable(msg)
    return done.stdout
