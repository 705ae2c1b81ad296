"""Which boxes share a lock, and whether they can."""

from __future__ import annotations

from typing import Any

import pytest

from dlbox.errors import BadInput
from dlbox.host.identity import Identity
from dlbox.lockfile.model import Closure
from dlbox.locking.groups import Observed, group_by_lock, incompatibility
from tests.support.builders import GTX_1080_TI, a_plan, some_settings
from tests.support.locks import a_closure, a_gpu_box, a_package


def test_boxes_that_name_the_same_file_are_a_class() -> None:
    found = group_by_lock(
        {
            "a": some_settings(box_lock="x.yaml"),
            "b": some_settings(box_lock="y.yaml"),
            "c": some_settings(box_lock="./x.yaml", nvidia_driver_reboot="now"),
        }
    )
    assert found == {"x.yaml": ["a", "c"], "y.yaml": ["b"]}


def test_boxes_of_a_class_agree_in_their_settings() -> None:
    two = {
        "a": some_settings(box_lock="x"),
        "b": some_settings(box_lock="x", jupyter_port=9000),
    }
    with pytest.raises(BadInput) as error:
        group_by_lock(two)
    assert str(error.value) == (
        "a and b: x is for both, and jupyter_port is its default here, 9000 there"
        " | give them one value, or two files"
    )


def test_a_box_without_a_lock_is_named() -> None:
    boxes = {"a": some_settings(box_lock="x"), "b": some_settings(), "c": some_settings()}
    with pytest.raises(BadInput) as error:
        group_by_lock(boxes)
    assert str(error.value).splitlines() == [
        "b: box_lock is not set | name a file in the inventory",
        "c: box_lock is not set | name a file in the inventory",
    ]


def observed(name: str, seen: Identity, closure: Closure, **data: Any) -> Observed:
    return Observed(name, a_plan(seen, **data), closure)


def test_boxes_of_a_class_agree_in_what_they_are() -> None:
    cpp = a_closure(a_package("cpp", "4:14"))
    one = observed("a", a_gpu_box(), cpp)
    assert incompatibility([one, observed("b", a_gpu_box(), cpp)]) is None
    other = observed("b", a_gpu_box(system="debian-12"), cpp)
    assert incompatibility([one, other]) == "a and b: debian-13 here, debian-12 there"
    two = observed("b", a_gpu_box(pci_gpus=(GTX_1080_TI, GTX_1080_TI)), cpp)
    assert incompatibility([one, two]) == (
        "a and b: cards 10de:1b06 here, 10de:1b06 10de:1b06 there"
    )
    older = observed("b", a_gpu_box(), a_closure(a_package("cpp", "4:13")))
    assert incompatibility([one, older]) == "a and b: cpp would be 4:14 here, 4:13 there"
