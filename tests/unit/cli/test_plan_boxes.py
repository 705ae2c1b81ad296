"""`dlbox plan INVENTORY`: what it says of boxes that pyinfra has looked at."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dlbox.cli import plan_boxes
from dlbox.cli.plan import command
from dlbox.cli.request import Request
from dlbox.host.apt_facts import Simulation
from dlbox.plan.result import Result
from tests.support.builders import a_box, a_plan

ADA = "10de:2684"
APT = Simulation(new=("nvidia-dkms-580-open 580.159.03-0ubuntu1",), moved=(), removed=("x",), error=None)  # fmt: skip
REFUSED = Result(
    refused=True, failed="refused, nothing was changed: fedora-40 is no good | try 41"
)
LOST = Result(failed="unreachable, nothing was changed")
Capture = pytest.CaptureFixture[str]


def planned(apt: Simulation | None = APT) -> Result:
    box = a_box(system="ubuntu-24.04", pci_gpus=(ADA,))
    return Result(plan=a_plan(box), apt=apt)


class Boxes:
    """Boxes that pyinfra would have looked at."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        """Put stand-ins in place of pyinfra."""
        self.looks: list[tuple[str, ...]] = []
        self.results: dict[str, Result] = {}
        self.inventory = folder / "lab.py"
        self.inventory.write_text("boxes = ['rtx-1']\n")
        monkeypatch.setattr(plan_boxes, "run_pyinfra", self.look)
        monkeypatch.setattr(plan_boxes, "take_results", lambda _: self.results)

    def look(self, request: Request, deploy: str, *more: str) -> tuple[None, int]:
        """Stand in for a run of pyinfra, which prints nothing here."""
        self.looks.append((*request.options, deploy, *more))
        return None, 0

    def plan(self, *words: str) -> int:
        """Run the verb on the inventory."""
        return command.run([str(self.inventory), *words])


@pytest.fixture
def boxes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Boxes:
    return Boxes(monkeypatch, tmp_path)


def test_boxes_are_looked_at_and_not_changed(capsys: Capture, boxes: Boxes) -> None:
    boxes.results = {"rtx-1": planned()}
    assert boxes.plan("--limit", "rtx-1") == 0
    said = capsys.readouterr().out.splitlines()
    assert boxes.looks == [("--limit", "rtx-1", "plan.py", "--dry", "-y")]
    assert said[:2] == ["", "rtx-1: ubuntu-24.04, 1 x GeForce RTX 4090"]
    assert said[-2:] == [
        "  apt would install: 1 new, 0 moved, 1 removed",
        "    removed: x",
    ]


def test_boxes_are_named_in_order_with_what_became_of_each(
    capsys: Capture, boxes: Boxes
) -> None:
    boxes.results = {"z": REFUSED, "b": planned(None), "a": LOST}
    assert boxes.plan() == 1
    said = capsys.readouterr().out.splitlines()
    assert [line for line in said if line[:1] in set("abz")] == [
        "a: unreachable, nothing was changed",
        "b: ubuntu-24.04, 1 x GeForce RTX 4090",
        "z: refused, nothing was changed: fedora-40 is no good",
    ]
    assert said[-1] == "  -> try 41"
    assert not [line for line in said if "apt would" in line]


@pytest.mark.parametrize(
    ("results", "code"),
    [
        ([planned()], 0),
        ([planned(), REFUSED], 3),
        ([planned(), LOST], 1),
        ([REFUSED, LOST], 1),
    ],
)
def test_the_worst_of_the_boxes_is_the_exit_code(
    capsys: Capture, boxes: Boxes, results: list[Result], code: int
) -> None:
    boxes.results = {f"box-{n}": result for n, result in enumerate(results)}
    assert boxes.plan() == code
    assert capsys.readouterr().err == ""


def test_boxes_as_data(capsys: Capture, boxes: Boxes) -> None:
    boxes.results = {"rtx-1": planned(), "old": REFUSED, "bare": planned(None)}
    assert boxes.plan("--json") == 3
    said: dict[str, Any] = json.loads(capsys.readouterr().out)["boxes"]
    assert said["rtx-1"]["status"] == "ok"
    assert said["rtx-1"]["layers"]["driver"]["branch"] == 580
    assert said["rtx-1"]["apt"] == {
        "new": ["nvidia-dkms-580-open 580.159.03-0ubuntu1"],
        "moved": [],
        "removed": ["x"],
        "error": None,
    }
    assert said["bare"]["apt"] is None
    assert (said["old"]["status"], said["old"]["refusal"]["because"]) == (
        "refused",
        REFUSED.failed,
    )


def test_what_is_wrong_with_an_inventory_is_said_before_a_box_is_asked(
    capsys: Capture, boxes: Boxes
) -> None:
    boxes.inventory.write_text('boxes = [("x", {"nccl_install": True})]\n')
    assert boxes.plan() == 2
    assert capsys.readouterr().err == (
        "dlbox plan: x: nccl_install (the inventory): no such setting\n"
        "  -> did you mean 'nccl_version'?\n"
    )
    assert boxes.looks == []
