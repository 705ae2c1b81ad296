"""What a run of checks is made of, and how it is told at its end."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import IO

from dlbox.paths import ROOT


@dataclass(frozen=True)
class Step:
    """One linter or one tier: how it went, and why what was skipped was skipped."""

    name: str
    seconds: float = 0
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    notes: tuple[str, ...] = ()

    @property
    def verdict(self) -> str:
        """The word for the whole step."""
        if self.failed:
            return "failed"
        return "passed" if self.passed else "skipped"


def call(argv: Sequence[str], output: IO[str] | None = None) -> int:
    """Run a program in the checkout and return its exit status; what it says may go elsewhere."""
    with subprocess.Popen(argv, cwd=ROOT, stdout=output, stderr=output) as child:
        try:
            return child.wait()
        except KeyboardInterrupt:
            # Ctrl-C has reached it as well: let it remove its boxes before we go.
            child.wait()
            raise


def ran(name: str, *argv: str) -> Step:
    """Run a linter; its exit status is its verdict."""
    print(f"\n== {name}", flush=True)
    started = monotonic()
    failed = int(call(argv) != 0)
    return Step(name, monotonic() - started, passed=1 - failed, failed=failed)


def skipped(name: str, reason: str) -> Step:
    """Account for a step that could not run, saying so when it happens."""
    print(f"\n== {name}\nskipped: {reason}", flush=True)
    return Step(name, skipped=1, notes=(f"skipped {name}: {reason}",))


def report(steps: Iterable[Step]) -> int:
    """Print the table, every skip and failure with its reason, the total; give the exit code."""
    steps = list(steps)
    print(f"\n{'step':<16}{'result':<9}{'seconds':>8}{'passed':>8}{'failed':>8}{'skipped':>9}")
    for step in steps:
        counts = f"{step.passed:>8}{step.failed:>8}{step.skipped:>9}"
        print(f"{step.name:<16}{step.verdict:<9}{step.seconds:>8.1f}{counts}")
    for note in (note for step in steps for note in step.notes):
        print(note)
    passed, failed = sum(s.passed for s in steps), sum(s.failed for s in steps)
    if not passed + failed:
        print("nothing ran at all, so nothing is proved")
    print(f"{passed} passed, {failed} failed, {sum(s.skipped for s in steps)} skipped")
    return int(failed > 0 or not passed)


class Unreadable(Exception):  # noqa: N818 - the world's state, not a malfunction
    """Something outside could not be read; the text says what, and why."""


def run_output(
    *argv: str, cwd: Path | None = None, environment: Mapping[str, str] | None = None
) -> str:
    """Return what a program printed; its last word of complaint where it failed."""
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
