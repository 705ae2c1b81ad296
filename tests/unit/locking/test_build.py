"""A lock is made of all that its boxes get."""

from __future__ import annotations

import re
from typing import Any

import pytest

from dlbox.host.identity import Identity
from dlbox.lockfile.file import dump_lock, parse_lock
from dlbox.lockfile.model import Closure, LockedWheel
from dlbox.locking import build as making
from dlbox.locking.build import build_lock, catalog_digest, merge_closures, relevant_modules
from dlbox.locking.groups import Observed
from dlbox.locking.wheels import FoundWheel
from dlbox.stack.catalog_loader import catalog
from roles import ROLES
from tests.support.builders import GTX_1080_TI, TODAY, a_plan, some_settings
from tests.support.locks import a_closure, a_gpu_box, a_package, a_stack, a_wheel

KERNEL = "6.12.94-amd64"


def test_every_system_has_a_glibc() -> None:
    rows = catalog().systems.items()
    assert {
        name: row.glibc for name, row in rows if not re.fullmatch(r"2\.\d\d", row.glibc)
    } == {}


def observed(name: str, seen: Identity, closure: Closure, **data: Any) -> Observed:
    return Observed(name, a_plan(seen, **data), closure)


def test_what_one_box_had_before_the_other_may_need() -> None:
    one = a_closure(a_package("cpp", "4:14"), compiler="gcc-14 14", modules={"m-1/k": "a"})
    two = a_closure(a_package("aaa", "1"), a_package("cpp", "4:14"))
    both = merge_closures([one, two])
    assert [row.name for row in both.packages] == ["aaa", "cpp"]
    assert both.repositories == one.repositories
    assert (both.compiler, both.modules) == ("gcc-14 14", {"m-1/k": "a"})
    assert merge_closures([two, one]) == both


def test_modules_of_other_drivers_and_kernels_are_left_out() -> None:
    mine = f"nvidia-current-550.163.01/{KERNEL}"
    there = {
        mine: "a",
        f"nvidia-current-535.1/{KERNEL}": "b",
        "nvidia-current-550.163.01/6.1": "c",
    }
    got = a_closure(a_package("libcuda1", "550.163.01-2"), modules=there)
    assert relevant_modules(got, a_stack(), [KERNEL]) == {mine: "a"}


def test_a_lock_is_made_of_all_that_a_class_gets(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[Any, ...]] = []

    def wheels(*words: Any) -> list[FoundWheel]:
        asked.append(words)
        return [FoundWheel(LockedWheel(**a_wheel("torch", "2.7.1")), "https://secret@index/")]

    monkeypatch.setattr(making, "resolve_wheels", wheels)
    data = {"box_lock": "x", "jupyter_port": 9000}
    first = a_gpu_box(kernels=("6.12.9-amd64",))
    second = a_gpu_box(kernels=("6.12.94-amd64",))
    two = [
        observed("a", first, a_closure(a_package("cpp", "4:14")), **data),
        observed("b", second, a_closure(a_package("tmux", "3.5")), **data),
    ]
    got = build_lock(two, TODAY)
    assert asked == [(ROLES.wheel_locks(some_settings(), a_stack()), "3.13", "2.41")]
    assert got == parse_lock(dump_lock(got), "x")
    assert (got.system, got.cards, got.knobs) == (
        "debian-13",
        (GTX_1080_TI,),
        {"jupyter_port": 9000},
    )
    assert got.kernels == ("6.12.94-amd64", "6.12.9-amd64")
    assert [row.name for row in got.packages] == ["cpp", "tmux"]
    assert got.catalog == catalog_digest()
    assert got.stack["driver"]["branch"] == 550
    assert "warnings" not in got.stack
    assert "secret" not in dump_lock(got)
