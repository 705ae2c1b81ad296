"""The boxes of a run are locked, a file at a time."""

from __future__ import annotations

from pathlib import Path

import pytest

from dlbox.exit_code import ExitCode
from dlbox.locking import build as making
from dlbox.locking.run import lock_group, report_locks
from dlbox.plan.result import Result
from tests.support.locks import a_closure, a_gpu_box, a_package, a_result

CPP = a_closure(a_package("cpp", "4:14"))


def group(
    path: str, results: dict[str, Result], *, update: bool = False
) -> tuple[ExitCode, list[str]]:
    return lock_group(path, list(results), results, update=update)


def test_a_group_is_locked_once_all_of_its_boxes_were_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "resolve_wheels", lambda *_: [])
    path = str(tmp_path / "x.yaml")
    lost = {"a": a_result(a_gpu_box(), CPP), "b": Result(failed="no stack", refused=True)}
    assert group(path, lost) == (ExitCode.REFUSED, ["b: no stack"])
    lost["c"] = Result()
    assert group(path, lost) == (
        ExitCode.FAILED,
        ["b: no stack", "c: no answer; see its last lines above"],
    )
    assert not Path(path).exists()
    assert group(path, {"a": lost["a"]}) == (ExitCode.OK, [])
    assert Path(path).exists()


def test_a_run_reports_the_boxes_that_were_not_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "resolve_wheels", lambda *_: [])
    path = str(tmp_path / "x.yaml")
    good = a_result(a_gpu_box(), CPP, box_lock=path)
    assert report_locks({"a": good}) == []
    assert Path(path).exists()
    other = a_result(a_gpu_box(system="debian-12"), CPP, box_lock=path)
    assert report_locks({"a": good, "b": other}) == [
        "a and b: debian-13 here, debian-12 there",
        "  -> give each its own file in box_lock",
    ]


def test_a_run_reports_a_box_whose_lock_has_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "resolve_wheels", lambda *_: [])
    assert report_locks({"a": a_result(a_gpu_box(), CPP)}) == [
        "a: box_lock is not set",
        "  -> name a file in the inventory",
    ]


def test_a_run_with_a_box_that_was_not_planned_writes_no_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "resolve_wheels", lambda *_: [])
    path = str(tmp_path / "x.yaml")
    good = a_result(a_gpu_box(), CPP, box_lock=path)
    assert report_locks({"a": good, "b": Result(failed="no stack")}) == [
        "b: no stack",
        "no lock was written",
        "  -> fix the cause and run the same command again",
    ]
    assert not Path(path).exists()
