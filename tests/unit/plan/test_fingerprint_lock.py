"""Boxes of a lock, and on their way back: the same inputs have the same fingerprint."""

from __future__ import annotations

from dlbox.host.layout import UV_TREE, store_path
from dlbox.lockfile.source import LockSource
from tests.support.locks import a_bare_lock, a_bare_plan, a_way_back, a_wheel


def test_where_the_lock_lies_is_no_input_and_what_it_says_is() -> None:
    one, two = (a_bare_lock(a_wheel("a", "1", sha256=letter * 64)) for letter in "ab")
    sources = [LockSource(each.model_copy(update={"wheels": ()})) for each in (one, two)]
    assert (
        a_bare_plan(sources[0]).digest
        == a_bare_plan(sources[0], box_lock="elsewhere.yaml").digest
    )
    assert a_bare_plan(sources[0]).digest != a_bare_plan(sources[1]).digest
    assert a_bare_plan(sources[0]).digest != a_bare_plan().digest


def test_a_box_that_went_back_is_what_the_inputs_of_then_make() -> None:
    today = store_path(UV_TREE, "uv")
    assert a_bare_plan(a_way_back(today)).digest == a_bare_plan().digest
    made = a_bare_lock()
    assert (
        a_bare_plan(a_way_back(today, made.digest)).digest
        == a_bare_plan(LockSource(made)).digest
    )


def test_but_not_where_its_wheels_are_of_another_day() -> None:
    assert a_bare_plan(a_way_back("/opt/dlbox/trees/uv-old")).digest != a_bare_plan().digest
