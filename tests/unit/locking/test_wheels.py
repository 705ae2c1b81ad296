"""Which wheels a lock takes: those that an installer on the box will take."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from dlbox.lockfile.model import LockedWheel
from dlbox.locking import wheels
from dlbox.locking.wheels import (
    FoundWheel,
    ListedWheel,
    merge_wheels,
    parse_pylock,
    resolve_wheels,
    select_wheel,
)
from dlbox.subprocesses import Unreadable
from tests.support.pylock import PYLOCK

TRIXIE = ("3.13", "2.41")
OURS = "debugpy-1.8.22-cp313-cp313-manylinux_2_34_x86_64.whl"
ANYBODYS = "debugpy-1.8.22-py2.py3-none-any.whl"


def row(file: str, digest: str, name: str = "debugpy") -> ListedWheel:
    return ListedWheel(name, "1.8.22", file, f"https://files/{file}", 7, digest)


def test_a_wheel_that_came_after_the_lock_is_not_taken() -> None:
    there = [row(OURS, "aa"), row(ANYBODYS, "bb")]
    [old] = select_wheel("tools", there, frozenset({"bb"}), *TRIXIE)
    [new] = select_wheel("tools", there, frozenset({"aa", "bb"}), *TRIXIE)
    assert (old.file, new.file) == (ANYBODYS, OURS)


def test_a_release_that_nothing_fits_is_named() -> None:
    with pytest.raises(Unreadable) as error:
        list(select_wheel("tools", [row(OURS, "aa")], frozenset({"bb"}), *TRIXIE))
    assert str(error.value) == (
        "tools: no wheel of debugpy 1.8.22 that it allows fits Python 3.13 and glibc 2.41"
    )


def found(file: str, digest: str, url: str = "https://a/") -> FoundWheel:
    name, version = file.split("-")[:2]
    return FoundWheel(
        LockedWheel(name=name, version=version, file=file, size=1, sha256=digest), url + file
    )


def test_wheels_that_locks_share_are_there_once_and_in_one_order() -> None:
    a, b = found("a-1-py3-none-any.whl", "aa"), found("b-1-py3-none-any.whl", "bb")
    again = found("a-1-py3-none-any.whl", "aa", "https://other/")
    assert merge_wheels([b, a, again, b]) == [a, b]
    older = found("a-0-py3-none-any.whl", "cc")
    assert merge_wheels([a, older]) == [older, a], "two venvs may have two releases"


def test_two_wheels_of_one_name_are_no_wheel_house() -> None:
    with pytest.raises(Unreadable, match=r"^a-1-py3-none-any\.whl: two locks have different"):
        merge_wheels([found("a-1-py3-none-any.whl", "aa"), found("a-1-py3-none-any.whl", "bb")])


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """Return what uv was asked for; it answers with the wheels of PYLOCK."""
    asked: list[tuple[Any, ...]] = []

    def answer(*words: Any) -> str:
        asked.append(words)
        return PYLOCK

    class Head:
        headers = {"Content-Length": "77"}

        def raise_for_status(self) -> None:
            """Have nothing to complain of."""

    monkeypatch.setattr(wheels, "compile_pylock", answer)
    monkeypatch.setattr(
        wheels, "lock_text", lambda _: " sha256:".join(["", "a" * 64, "b" * 64, "c" * 64])
    )
    monkeypatch.setattr(
        wheels, "parse_pylock", lambda _, python: _whole(parse_pylock(PYLOCK, python))
    )
    monkeypatch.setattr("requests.head", lambda *_, **__: Head())
    wheels.locked_wheel.cache_clear()
    return asked  # fmt: skip


def _whole(rows: Any) -> Any:
    for one in rows:
        yield ListedWheel(one.name, one.version, one.file, one.url, one.size, one.sha256 * 32)


def test_every_lock_is_asked_for_once_in_a_run(told: list[tuple[Any, ...]]) -> None:
    rows = resolve_wheels({"b": None, "a": "https://index"}, *TRIXIE)
    assert resolve_wheels({"a": "https://index"}, *TRIXIE) == rows
    assert sorted(told, key=str) == [
        ("a", "https://index", "3.13", "2.41"),
        ("b", None, "3.13", "2.41"),
    ]
    assert [one.wheel.file for one in rows] == [
        OURS,
        "torch-2.14.0+cu126-cp313-cp313-manylinux_2_28_x86_64.whl",
    ]


def test_a_size_that_the_index_does_not_list_is_asked_for(told: list[tuple[Any, ...]]) -> None:
    assert [one.wheel.size for one in resolve_wheels({"a": None}, *TRIXIE)] == [5, 77]
    assert len(told) == 1


AT_EXIT = """\
import atexit
from dlbox.locking import wheels
wheels.locked_wheel = lambda lock, index, python, glibc: print(lock) or ()
atexit.register(wheels.resolve_wheels, {"uv": None, "jupyter": None}, "3.13", "2.41")
"""


def test_wheels_are_found_while_python_ends_as_plain_pyinfra_asks_it() -> None:
    done = subprocess.run(
        [sys.executable, "-c", AT_EXIT], capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("jupyter\nuv\n", "")
