"""The tiers of tests: folders of ``tests/``, each run by a pytest of its own."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import IO
from xml.etree.ElementTree import Element, parse

from dlbox.errors import BadInput
from dlbox.paths import IN_CHECKOUT, ROOT
from dlbox.subprocesses import Step, call

SLOW = ("-m", "not slow")
"""Words by which pytest leaves out what takes long."""


def require_checkout(verb: str) -> None:
    """Refuse a verb that works on dlbox itself. Raises BadInput where dlbox is installed."""
    if not IN_CHECKOUT:
        msg = f"works on a checkout only, and this is an installed package | git clone it, and ./dlbox {verb} there"
        raise BadInput(msg)


def tiers() -> list[str]:
    """Names of the folders that hold tests: the quick one first, then by name."""
    tests = ROOT / "tests"
    names = {path.relative_to(tests).parts[0] for path in tests.glob("*/**/test_*.py")}
    return sorted(names, key=lambda name: (name != "unit", name))


def run_tier(tier: str, output: IO[str] | None = None, *, words: Sequence[str] = ()) -> Step:
    """Run one tier, and read what happened from pytest's own record."""
    print(f"\n== {tier}", flush=True, file=output)
    started = monotonic()
    with TemporaryDirectory() as folder:
        record = Path(folder, "junit.xml")
        # The slowest tests are where the next minute can be saved.
        slowest = ("--durations=12", "--durations-min=10")
        pytest = (
            "-m",
            "pytest",
            f"tests/{tier}",
            "-q",
            *slowest,
            f"--junitxml={record}",
            *words,
        )
        code = call([sys.executable, *pytest], output)
        return _step(tier, monotonic() - started, code, _cases(record))


def _cases(record: Path) -> list[Element]:
    # pytest leaves no record when it dies early or when it is given a wrong option.
    return list(parse(record).iter("testcase")) if record.exists() else []  # noqa: S314 -- our own


def _step(tier: str, seconds: float, code: int, cases: list[Element]) -> Step:
    bad = [case for case in cases if _has(case, "failure") or _has(case, "error")]
    idle = [case for case in cases if case not in bad and _has(case, "skipped")]
    notes = [f"failed {tier}: {_name(case)}" for case in bad]
    if code and not bad:
        notes.append(f"failed {tier}: pytest ended with exit status {code}, see above")
    return Step(
        name=tier,
        seconds=seconds,
        passed=len(cases) - len(bad) - len(idle),
        failed=len(bad) or int(code != 0),
        skipped=len(idle),
        notes=(*notes, *(f"skipped {tier}: {_name(case)}: {_reason(case)}" for case in idle)),
    )


def _has(case: Element, outcome: str) -> bool:
    return case.find(outcome) is not None


def _name(case: Element) -> str:
    module = case.get("classname", "").removeprefix("tests.").partition(".")[2]
    return f"{module}::{case.get('name')}" if module else str(case.get("name"))


def _reason(case: Element) -> str:
    found = case.find("skipped")
    return "" if found is None else " ".join(found.get("message", "").split())
