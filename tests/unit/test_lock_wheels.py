"""Which wheels a lock takes: the ones that an installer on the box will take, and no other."""

from typing import Any

import pytest

from dlbox.lockfile.model import LockedWheel
from dlbox.locking import wheels
from dlbox.locking.pylock import ListedWheel, parse_pylock
from dlbox.locking.wheel_tags import best_wheel, marker_environment
from dlbox.locking.wheels import FoundWheel, merge_wheels, resolve_wheels, select_wheel
from dlbox.subprocesses import Unreadable

TRIXIE = ("3.13", "2.41")
OURS = "debugpy-1.8.22-cp313-cp313-manylinux_2_34_x86_64.whl"
ANYBODYS = "debugpy-1.8.22-py2.py3-none-any.whl"


@pytest.mark.parametrize(
    ("files", "python", "glibc", "takes"),
    [
        ([ANYBODYS, OURS], "3.13", "2.41", OURS),
        ([ANYBODYS, OURS], "3.13", "2.34", OURS),
        # An older glibc cannot have it, another Python neither.
        ([ANYBODYS, OURS], "3.13", "2.31", ANYBODYS),
        ([ANYBODYS, OURS], "3.12", "2.41", ANYBODYS),
        (["x-1-cp313-cp313t-manylinux_2_17_x86_64.whl"], *TRIXIE, None),
        (["x-1-cp313-cp313-musllinux_1_2_x86_64.whl"], *TRIXIE, None),
        (["x-1-cp313-cp313-manylinux_2_17_aarch64.whl"], *TRIXIE, None),
        (["x-1-cp313-cp313-win_amd64.whl"], *TRIXIE, None),
        (["x-1-cp314-cp314-manylinux_2_17_x86_64.whl"], *TRIXIE, None),
        # The stable ABI of an older Python, the newest of several.
        (
            [
                "x-1-cp39-abi3-manylinux_2_17_x86_64.whl",
                "x-1-cp311-abi3-manylinux_2_17_x86_64.whl",
            ],
            *TRIXIE,
            "x-1-cp311-abi3-manylinux_2_17_x86_64.whl",
        ),
        (["x-1-cp314-abi3-manylinux_2_17_x86_64.whl"], *TRIXIE, None),
        # The newest glibc that the box has; old names of glibc count.
        (
            [
                "x-1-py3-none-manylinux2014_x86_64.whl",
                "x-1-py3-none-manylinux_2_28_x86_64.whl",
            ],
            *TRIXIE,
            "x-1-py3-none-manylinux_2_28_x86_64.whl",
        ),
        (
            ["x-1-py3-none-manylinux2014_x86_64.whl", "x-1-py3-none-manylinux1_x86_64.whl"],
            *TRIXIE,
            "x-1-py3-none-manylinux2014_x86_64.whl",
        ),
        # A later build of the same release.
        (["x-1-2-py3-none-any.whl", "x-1-10-py3-none-any.whl"], *TRIXIE, "x-1-10-py3-none-any.whl"),
        (["x-1-py3-none-any.whl", "x-1-1-py3-none-any.whl"], *TRIXIE, "x-1-1-py3-none-any.whl"),
        ([], *TRIXIE, None),
    ],
)  # fmt: skip
def test_the_wheel_that_fits_best_is_taken(
    files: list[str], python: str, glibc: str, takes: str | None
) -> None:
    assert best_wheel(files, python, glibc) == takes
    assert best_wheel(files[::-1], python, glibc) == takes


PYLOCK = """\
lock-version = "1.0"
created-by = "uv"

[[packages]]
name = "debugpy"
version = "1.8.22"
sdist = { url = "https://files/debugpy-1.8.22.tar.gz", size = 9, hashes = { sha256 = "00" } }
wheels = [
    { url = "https://files/a/debugpy-1.8.22-cp313-cp313-manylinux_2_34_x86_64.whl", size = 5, hashes = { sha256 = "aa" } },
    { url = "https://files/b/debugpy-1.8.22-py2.py3-none-any.whl", size = 6, hashes = { sha256 = "bb" } },
]

[[packages]]
name = "torch"
version = "2.14.0+cu126"
marker = "python_full_version >= '3.11'"
wheels = [{ url = "https://index/torch-2.14.0%2Bcu126-cp313-cp313-manylinux_2_28_x86_64.whl", hashes = { sha256 = "cc" } }]

[[packages]]
name = "colorama"
version = "0.4.6"
marker = "sys_platform == 'win32' or platform_machine == 'aarch64'"

[[packages]]
name = "old"
version = "1"
marker = "python_full_version < '3.11'"
wheels = [{ name = "old-1-py3-none-any.whl", path = "/wheels/x", size = 1, hashes = { sha256 = "dd" } }]
"""


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


def test_markers_are_judged_for_the_box_and_not_for_this_machine() -> None:
    assert marker_environment("3.14")["python_full_version"] == "3.14.0"
    assert marker_environment("3.14")["sys_platform"] == "linux"


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
    """Give what uv was asked, which answers with the wheels of PYLOCK."""
    asked: list[tuple[Any, ...]] = []

    def answer(*words: Any) -> str:
        asked.append(words)
        return PYLOCK

    class Head:
        headers = {"Content-Length": "77"}

        def raise_for_status(self) -> None:
            """Have nothing to complain of."""

    monkeypatch.setattr(wheels, "compiled", answer)
    monkeypatch.setattr(
        wheels, "lock_text", lambda _: " sha256:".join(["", "a" * 64, "b" * 64, "c" * 64])
    )
    monkeypatch.setattr(
        wheels, "listed", lambda _, python: _whole(parse_pylock(PYLOCK, python))
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
