"""Which folder a verb works in, and the folder that `init` makes."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from dlbox.cli.init import command
from dlbox.paths import (
    ROOT,
    default_inventory,
    enter_site,
    find_inventory,
    python_environment,
    typed_path,
)

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty folder, without what the caller of the tests has said."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DLBOX_CWD", "to be undone after the test")
    monkeypatch.delenv("DLBOX_CWD")
    return tmp_path


def test_elsewhere_the_checkout_is_the_site(here: Path) -> None:
    enter_site()
    assert (Path.cwd(), default_inventory()) == (ROOT, "inventory.py")
    assert typed_path("x/y") == here / "x/y"


def test_a_folder_with_an_inventory_is_the_site(here: Path) -> None:
    (here / "inventory.py").touch()
    enter_site()
    assert (Path.cwd(), default_inventory()) == (here, "inventory.py")


def test_without_any_site_it_is_this_machine(here: Path) -> None:
    assert (Path.cwd(), default_inventory()) == (here, "@local")


def test_an_inventory_is_looked_for_where_one_stands_first(here: Path) -> None:
    (here / "lab.py").touch()
    enter_site()
    assert find_inventory("lab.py") == str(here / "lab.py")
    assert find_inventory("inventory/lab.py") == "inventory/lab.py"
    assert find_inventory("@podman/x") == "@podman/x"


def test_children_import_us_and_stand_where_we_let_them(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", "/theirs")
    enter_site()
    found = python_environment()
    assert found["PYTHONPATH"].split(os.pathsep) == [str(ROOT), str(ROOT / "src"), "/theirs"]
    assert "DLBOX_CWD" not in found
    assert os.environ["DLBOX_CWD"] == str(here)


def test_init_makes_a_site(here: Path, capsys: Capture) -> None:
    assert command.run(["lab"]) == 0
    made = sorted(
        str(path.relative_to(here / "lab"))
        for path in (here / "lab").rglob("*")
        if path.is_file()
    )
    assert made == [
        ".gitignore",
        "README.md",
        "group_data/all.py",
        "inventory.py",
        "locks/.gitkeep",
    ]
    assert runpy.run_path("lab/inventory.py")["boxes"] == ["@local"]
    assert len((here / "lab/README.md").read_text().splitlines()) == 10
    assert capsys.readouterr().out.startswith("lab: a site of one box, this machine\n")


def test_init_takes_an_empty_folder_and_no_other(here: Path, capsys: Capture) -> None:
    (here / "empty").mkdir()
    assert command.run(["empty"]) == 0
    capsys.readouterr()
    assert command.run(["empty"]) == 2
    assert capsys.readouterr().err == (
        "dlbox init: empty: is there and not empty\n"
        "  -> name a folder that does not exist yet\n"
    )


def test_a_site_has_its_own_settings(here: Path) -> None:
    command.run(["lab"])
    (here / "lab/group_data/all.py").write_text("nccl_versoin = '*'\n")
    told = subprocess.run(
        [sys.executable, "-m", "dlbox.cli", "up"],
        capture_output=True,
        check=False,
        cwd=here / "lab",
        text=True,
    )
    assert told.returncode == 2
    assert told.stderr == (
        "dlbox up: @local: nccl_versoin (group all): no such setting\n"
        "  -> did you mean 'nccl_version'?\n"
    )
