"""What differs between two locks, in a person's words."""

from __future__ import annotations

from typing import Any

from dlbox.locking.diff import difference
from dlbox.stack.constraint import Constraint
from tests.support.locks import a_lock, a_package, a_stack, a_wheel, stack_content

KERNEL = "6.12.94-amd64"


def told(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    return difference(a_lock(**old), a_lock(**new))


def test_packages_that_moved_came_and_went_are_named() -> None:
    new = [
        a_package("cpp", "4:15"),
        a_package("gcc", "15"),
        a_package("libc6", "2.41", architecture="i386"),
    ]
    assert told({}, {"packages": new}) == [
        "packages: 2 -> 3",
        "  cpp 4:14 -> 4:15",
        "  + gcc 15",
        "  + libc6:i386 2.41",
        "  - tmux 3.5",
    ]


def test_other_bytes_under_the_same_version_stand_out() -> None:
    new = [a_package("cpp", "4:14", sha256="other"), a_package("tmux", "3.5")]
    assert told({}, {"packages": new}) == [
        "packages: 2 -> 2",
        "  cpp 4:14: the same version with OTHER BYTES (SHA-256 differs)",
    ]


def test_wheels_of_two_venvs_may_move_apart() -> None:
    old = [a_wheel("numpy", "2.1"), a_wheel("numpy", "2.2")]
    new = [
        a_wheel("numpy", "2.1"),
        a_wheel("numpy", "2.3"),
        a_wheel("jax", "1", file="jax-b.whl"),
    ]
    assert told({"wheels": old}, {"wheels": new}) == [
        "wheels: 2 -> 3",
        "  + jax 1",
        "  numpy 2.2 -> 2.3",
    ]
    assert told(
        {"wheels": [a_wheel("jax", "1")]}, {"wheels": [a_wheel("jax", "1", file="b.whl")]}
    )[1:] == ["  jax 1: jax-1-py3-none-any.whl -> b.whl"]


def test_a_layer_moves_with_its_reason_and_its_end() -> None:
    ada = stack_content(a_stack(card="10de:2684"))
    lines = told({}, {"stack": ada, "cards": ["10de:2684"]})
    assert lines[0] == "cards: 10de:1b06 -> 10de:2684"
    [pytorch] = [line for line in lines if line.startswith("pytorch: 2.7.1 cu126 (pypi) -> ")]
    assert pytorch.endswith(f": {ada['choices']['pytorch']['reason']}")
    without = stack_content(a_stack(Constraint("pytorch", "none")))
    assert told({}, {"stack": without}) == ["pytorch: 2.7.1 cu126 (pypi) -> none: not wanted"]


def ends(until: str) -> dict[str, Any]:
    plain = stack_content(a_stack())
    plain["choices"]["driver"] |= {"until": until, "until_reason": "it ends"}
    return plain


def test_an_end_of_support_that_moved_or_is_over_is_told() -> None:
    moved = told({"stack": ends("2028-01-01")}, {"stack": ends("2029-01-01")})
    assert moved == ["driver: until 2028-01-01 -> 2029-01-01: it ends"]
    over = {"stack": ends("2026-11-24")}
    assert told({"tool": "0.0.9", **over}, over) == [
        "dlbox: 0.0.9 -> 0.1.0",
        "driver: out of support since 2026-11-24: it ends",
    ]


def test_all_else_that_a_box_is_made_of_is_told() -> None:
    new = {
        "knobs": {"jupyter_port": 9000},
        "catalog": "decaf",
        "kernels": [KERNEL],
        "compiler": "gcc-14 14.2",
        "modules": {f"nvidia-550/{KERNEL}": "abcdef0123456789"},
        "repositories": [{"uri": "http://deb/", "key": "BB"}],
    }
    assert told({}, new) == [
        "jupyter_port: its default -> 9000",
        "catalogue: changed since 2026-11-25",
        "repository http://deb/: no longer signed by AA",
        "repository http://deb/: signed by BB now",
        f"kernel + {KERNEL}",
        "compiler: none -> gcc-14 14.2",
        f"module nvidia-550/{KERNEL}: not compiled -> abcdef012345",
    ]
    assert f"kernel - {KERNEL}" in told(new, {})


def test_what_no_line_is_about_is_told_too() -> None:
    moved = [a_package("cpp", "4:14", uri="http://mirror/cpp.deb"), a_package("tmux", "3.5")]
    assert told({}, {"packages": moved}) == [
        "packages: the same versions, other words or places"
    ]
