"""What becomes of a lock's file: written once, then current, or stale."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dlbox.exit_code import ExitCode
from dlbox.lockfile.file import dump_lock, parse_lock
from dlbox.locking.run import update_lockfile, with_known_modules
from tests.support.locks import a_lock, a_package, a_stack, stack_content

KERNEL = "6.12.94-amd64"


def test_a_lock_is_written_once_and_then_current(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(tmp_path / "locks" / "a.yaml")
    assert update_lockfile(path, a_lock(), update=False) == 0
    assert capsys.readouterr().out == f"{path}: written: 2 packages (0 MB), 1 wheels (0 MB)\n"
    text = Path(path).read_text()
    assert parse_lock(text, path) == a_lock()
    for update in (False, True):
        assert update_lockfile(path, a_lock(day="2026-12-01"), update=update) == 0
        assert capsys.readouterr().out == f"{path}: current\n"
    assert Path(path).read_text() == text
    assert [file.name for file in Path(path).parent.iterdir()] == ["a.yaml"]


def test_a_stale_lock_is_told_and_only_written_when_asked_to(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(tmp_path / "a.yaml")
    update_lockfile(path, a_lock(), update=False)
    text = Path(path).read_text()
    new = a_lock(packages=[a_package("cpp", "4:15")], day="2026-12-01")
    capsys.readouterr()
    lines = [
        f"{path}: since 2026-11-25",
        "  packages: 2 -> 1",
        "    cpp 4:14 -> 4:15",
        "    - tmux 3.5",
    ]
    assert update_lockfile(path, new, update=False) == 6
    said = capsys.readouterr().out.splitlines()
    assert said == [*lines, f"{path}: stale; ./dlbox lock --update writes it"]
    assert Path(path).read_text() == text
    assert update_lockfile(path, new, update=True) == 0
    said = capsys.readouterr().out.splitlines()
    assert said == [*lines, f"{path}: written: 1 packages (0 MB), 1 wheels (0 MB)"]
    assert Path(path).read_text() == dump_lock(new)


def test_an_edited_lock_is_said_to_be_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.yaml"
    update_lockfile(str(path), a_lock(), update=False)
    edited = path.read_text().replace("3.5", "3.6")
    path.write_text(edited)
    capsys.readouterr()
    assert update_lockfile(str(path), a_lock(), update=False) == 6
    assert "was edited after it was written" in capsys.readouterr().out
    assert path.read_text() == edited
    assert update_lockfile(str(path), a_lock(), update=True) == 0
    assert "was edited after it was written" in capsys.readouterr().out
    assert parse_lock(path.read_text(), "a") == a_lock()


def test_a_box_that_has_compiled_nothing_yet_makes_no_lock_stale(tmp_path: Path) -> None:
    what = f"nvidia-550/{KERNEL}"
    old = a_lock(modules={what: "abc"}, kernels=[KERNEL])
    bare, other = a_lock(kernels=[KERNEL]), a_lock(kernels=[KERNEL], compiler="gcc-15 15")
    assert with_known_modules(old, bare).modules == {what: "abc"}
    assert with_known_modules(old, other) == other, "it compiles something else"
    fresh = a_lock(modules={what: "xyz"}, kernels=[KERNEL])
    assert with_known_modules(old, fresh) == fresh
    path = str(tmp_path / "a.yaml")
    assert [update_lockfile(path, one, update=False) for one in (old, bare, other)] == [0, 0, 6]


def reworded(**driver: Any) -> dict[str, Any]:
    """Return the stack of a lock with every reason in other words, and a driver with changes."""
    stack = stack_content(a_stack())
    for choice in stack["choices"].values():
        choice |= {"reason": "in other words", "until_reason": "so to speak", "rejected": []}
    stack["choices"]["driver"] |= driver
    return {**stack, "skipped": dict.fromkeys(stack["skipped"], "in other words")}


@pytest.mark.parametrize("update", [False, True])
def test_a_lock_whose_reasons_differ_only_in_words_is_current(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], *, update: bool
) -> None:
    path = tmp_path / "a.yaml"
    update_lockfile(str(path), a_lock(), update=False)
    text = path.read_text()
    assert a_lock(stack=reworded()) != a_lock()
    capsys.readouterr()
    assert update_lockfile(str(path), a_lock(stack=reworded()), update=update) == ExitCode.OK
    assert capsys.readouterr().out == f"{path}: current\n"
    assert path.read_text() == text


def test_a_row_of_the_catalogue_that_a_lock_does_not_use_makes_it_not_stale(
    tmp_path: Path,
) -> None:
    path = str(tmp_path / "a.yaml")
    update_lockfile(path, a_lock(), update=False)
    assert update_lockfile(path, a_lock(catalog="decaf"), update=False) == ExitCode.OK
    newer = a_lock(catalog="decaf", tool="9.9.9")
    assert update_lockfile(path, newer, update=False) == ExitCode.DIFFERENT


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"version": "580"}, "  driver: 550.163.01 proprietary (distro) -> 580 proprietary (distro): in other words"),
        ({"source": "nvidia"}, "  driver: 550.163.01 proprietary (distro) -> 550.163.01 proprietary (nvidia): in other words"),
        ({"until": "2031-01-01"}, "  driver: until 2028-08-09 -> 2031-01-01: so to speak"),
    ],
)  # fmt: skip
def test_a_lock_whose_version_source_or_end_differs_is_stale(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: dict[str, str], says: str
) -> None:
    path = tmp_path / "a.yaml"
    update_lockfile(str(path), a_lock(), update=False)
    text = path.read_text()
    capsys.readouterr()
    new = a_lock(stack=reworded(**change))
    assert update_lockfile(str(path), new, update=False) == ExitCode.DIFFERENT
    assert capsys.readouterr().out.splitlines() == [
        f"{path}: since 2026-11-25",
        says,
        f"{path}: stale; ./dlbox lock --update writes it",
    ]
    assert path.read_text() == text


def test_other_words_and_nothing_compiled_yet_make_no_lock_stale(tmp_path: Path) -> None:
    path = str(tmp_path / "a.yaml")
    what = f"nvidia-550/{KERNEL}"
    update_lockfile(path, a_lock(modules={what: "abc"}, kernels=[KERNEL]), update=False)
    bare = a_lock(kernels=[KERNEL], stack=reworded())
    assert update_lockfile(path, bare, update=False) == ExitCode.OK
