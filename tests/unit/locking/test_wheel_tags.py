"""What an installer goes by: which wheel fits best, which marker holds."""

from __future__ import annotations

import pytest

from dlbox.locking.wheel_tags import best_wheel, marker_environment

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


def test_markers_are_judged_for_the_box_and_not_for_this_machine() -> None:
    assert marker_environment("3.14")["python_full_version"] == "3.14.0"
    assert marker_environment("3.14")["sys_platform"] == "linux"
