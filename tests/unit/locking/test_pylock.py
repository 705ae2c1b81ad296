"""The answer of uv about an index, read."""

from __future__ import annotations

import pytest

from dlbox.locking.wheels import ListedWheel, parse_pylock
from dlbox.subprocesses import Unreadable
from tests.support.pylock import PYLOCK

OURS = "debugpy-1.8.22-cp313-cp313-manylinux_2_34_x86_64.whl"


def test_an_answer_of_uv_is_read() -> None:
    rows = list(parse_pylock(PYLOCK, "3.13"))
    assert [row.name for row in rows] == ["debugpy", "debugpy", "torch"]
    assert rows[0] == ListedWheel(
        "debugpy",
        "1.8.22",
        OURS,
        "https://files/a/debugpy-1.8.22-cp313-cp313-manylinux_2_34_x86_64.whl",
        5,
        "aa",
    )
    assert rows[2].file == "torch-2.14.0+cu126-cp313-cp313-manylinux_2_28_x86_64.whl"
    assert rows[2].size is None


def test_a_wheel_may_have_a_name_and_a_path() -> None:
    assert [row.name for row in parse_pylock(PYLOCK, "3.10")] == ["debugpy", "debugpy", "old"]
    *_, row = parse_pylock(PYLOCK, "3.10")
    assert (row.file, row.url) == ("old-1-py3-none-any.whl", "file:///wheels/x")


def test_what_has_no_wheel_is_refused_unless_the_box_does_not_get_it() -> None:
    bare = PYLOCK.replace("sys_platform == 'win32'", "sys_platform == 'linux'")
    with pytest.raises(Unreadable, match=r"^colorama 0\.4\.6: no index has a wheel"):
        list(parse_pylock(bare, "3.13"))


def row(file: str, digest: str, name: str = "debugpy") -> ListedWheel:
    return ListedWheel(name, "1.8.22", file, f"https://files/{file}", 7, digest)
