"""Command lines and inventories, judged without reaching a box."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dlbox.cli.request import parse_request
from dlbox.errors import BadInput
from tests.support.inventories import FLEET, folder, write

__all__ = ["folder"]

ROOT = Path(__file__).parents[2]
LOW = "Input should be greater than or equal to 1024"


def test_a_good_request(folder: Path) -> None:
    lab = write(folder, lab=FLEET)
    asked = parse_request([lab, "--limit", "gtx", "-y", "--data", "jupyter_port=9000"])
    assert [host.name for host in asked.hosts] == ["gtx-1", "gtx-2"]
    assert (asked.choice.inventory, asked.params["yes"]) == (lab, True)
    assert asked.options == ("--limit", "gtx", "-y", "--data", "jupyter_port=9000")


def test_without_an_inventory_it_is_this_machine(folder: Path) -> None:
    del folder
    for argv in ([], ["--dry"]):
        assert [host.name for host in parse_request(argv).hosts] == ["@local"]


def test_an_excluded_box_is_not_asked_for(folder: Path) -> None:
    asked = parse_request([write(folder, lab=FLEET), "--exclude", "gtx"])
    assert [host.name for host in asked.hosts] == ["rtx-1"]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ("--limit titan*", "--limit titan*: matches no box | boxes: gtx-1, gtx-2, rtx-1; groups: gtx, lab, rtx"),
        ("--no-wait", "--no-wait: pyinfra then hides failed operations | leave it out"),
        ("--frobnicate", "No such option '--frobnicate'."),
        ("--limit", "Option '--limit' requires an argument."),
        ("other.py", "other.py: one inventory only | dlbox VERB [INVENTORY] [OPTIONS]"),
        ("--data jupyter_port=80", f"gtx-1, gtx-2, rtx-1: jupyter_port (--data): 80: {LOW}"),
        ("--data jupyter_port=80 --limit rtx", f"rtx-1: jupyter_port (--data): 80: {LOW}"),
    ],
)  # fmt: skip
def test_a_wrong_option_is_one_line(folder: Path, options: str, says: str) -> None:
    with pytest.raises(BadInput) as refusal:
        parse_request([write(folder, lab=FLEET), *options.split()])
    assert str(refusal.value) == says


@pytest.mark.parametrize(
    ("inventory", "says"),
    [
        ("nowhere.py", "nowhere.py: no such inventory file | name one, or leave it out for this machine"),
        ("@nothing/x", "@nothing/x: cannot be read: NoConnectorError: Invalid connector: nothing | fix it"),
    ],
)  # fmt: skip
def test_an_inventory_that_is_not_there(folder: Path, inventory: str, says: str) -> None:
    del folder
    with pytest.raises(BadInput) as refusal:
        parse_request([inventory])
    assert str(refusal.value) == says


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("boxes = []\n", "names no box | add one, e.g. boxes = ['@local']"),
        ("boxes = [\n", "cannot be read: SyntaxError: "),
        ("boxes = [nope]\n", "cannot be read: NameError: "),
        ("x = 1 / 0\n", "cannot be read: ZeroDivisionError: "),
    ],
)
def test_an_inventory_that_is_wrong(folder: Path, text: str, says: str) -> None:
    lab = write(folder, lab=text)
    with pytest.raises(BadInput) as refusal:
        parse_request([lab])
    assert str(refusal.value).startswith(f"{lab}: {says}")
    assert "\n" not in str(refusal.value)


@pytest.mark.slow
@pytest.mark.parametrize("verb", ["up", "verify", "plan"])
def test_bad_input_exits_2_with_a_line_per_fault(folder: Path, verb: str) -> None:
    lab = write(folder, lab=FLEET, gtx="jupyter_port = 80\n", rtx="nope = 1\n")
    run = subprocess.run(
        [sys.executable, "-m", "dlbox.cli", verb, "lab.py"],
        capture_output=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "DLBOX_CWD": str(Path(lab).parent)},
        text=True,
    )
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.splitlines() == [
        f"dlbox {verb}: gtx-1, gtx-2: jupyter_port (group gtx): 80: {LOW}",
        f"dlbox {verb}: rtx-1: nope (group rtx): no such setting",
        "  -> group_data/all.py lists every setting",
    ]
