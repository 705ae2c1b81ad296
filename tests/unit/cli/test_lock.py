"""The verb: its exit codes, and what it says where boxes cannot be locked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dlbox.cli import lock as verb
from dlbox.locking import build as making
from dlbox.plan.result import Result
from tests.support.locks import a_closure, a_gpu_box, a_package, a_result

CPP = a_closure(a_package("cpp", "4:14"))


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    return Run(tmp_path, monkeypatch)


class Run:
    """Runs of the verb with results that are given, as if boxes had just been looked at."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Put stand-ins in place of pyinfra and of the indexes of wheels."""
        self.inventory = folder / "lab.py"
        self.results: dict[str, Result] = {}
        monkeypatch.setattr(verb, "run_pyinfra", lambda *_: (None, 0))
        monkeypatch.setattr(verb, "take_results", lambda _: self.results)
        monkeypatch.setattr(making, "resolve_wheels", lambda *_: [])

    def lock(self, *words: str, **boxes: dict[str, Any]) -> int:
        """Run the verb on an inventory of these boxes."""
        self.inventory.write_text(f"boxes = {list(boxes.items())!r}\n")
        return verb.main([str(self.inventory), *words])


def test_the_worst_that_became_of_a_class_is_the_exit_code(
    tmp_path: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    boxes = {name: {"box_lock": str(tmp_path / f"{name}.yaml")} for name in "abc"}
    run.results = {name: a_result(a_gpu_box(), CPP) for name in "abc"}
    assert run.lock(**boxes) == 0
    run.results["a"] = a_result(a_gpu_box(), a_closure(a_package("cpp", "4:15")))
    assert run.lock(**boxes) == 6
    run.results["b"] = Result(failed="no stack", refused=True)
    assert run.lock("--update", **boxes) == 3
    run.results["c"] = Result()
    capsys.readouterr()
    assert run.lock("--update", **boxes) == 1
    said = capsys.readouterr()
    assert said.err == (
        "dlbox lock: b: no stack\ndlbox lock: c: no answer; see its last lines above\n"
    )
    assert said.out == f"{tmp_path}/a.yaml: current\n", "the others' is written all the same"


def test_boxes_that_cannot_share_are_refused_with_what_to_do(
    tmp_path: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    shared = {"box_lock": str(tmp_path / "x.yaml")}
    run.results = {
        "a": a_result(a_gpu_box(), a_closure()),
        "b": a_result(a_gpu_box(system="debian-12"), a_closure()),
    }
    assert run.lock(a=shared, b=shared) == 3
    assert capsys.readouterr().err == (
        "dlbox lock: a and b: debian-13 here, debian-12 there\n"
        "  -> give each its own file in box_lock\n"
    )
    assert not (tmp_path / "x.yaml").exists()


def test_bad_input_is_told_before_a_box_is_reached(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run.lock(a={}) == 2
    assert capsys.readouterr().err == (
        "dlbox lock: a: box_lock is not set\n  -> name a file in the inventory\n"
    )


def test_a_file_that_cannot_be_written_is_told_with_what_to_do(
    tmp_path: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    run.results = {"a": a_result(a_gpu_box(), a_closure())}
    assert run.lock(a={"box_lock": str(tmp_path / "file" / "x.yaml")}) == 1
    [fault, remedy] = capsys.readouterr().err.splitlines()
    assert fault.startswith(f"dlbox lock: {tmp_path}/file/x.yaml: ")
    assert remedy == "  -> fix the cause and run the same command again"
