"""Whether a lock is of a box, and the stack that it gives it."""

from __future__ import annotations

from typing import Any

import pytest

from dlbox.lockfile.compatibility import locked_stack, mismatch
from dlbox.stack.model import Refused
from roles import ROLES
from tests.support.builders import GTX_1080_TI, a_plan, some_settings
from tests.support.locks import a_gpu_box, a_lock, stack_content


def test_a_lock_fits_its_box_in_whichever_order_the_cards_are() -> None:
    two = a_lock(cards=["10de:1b06", "10de:2684"])
    cards = ["10de:2684", "10de:1b06"]
    assert mismatch(two, "debian-13", cards, some_settings(box_lock="x").locked()) is None
    settings = some_settings(jupyter_port=8888)
    assert mismatch(a_lock(cards=[]), "debian-13", [], settings.locked()) is None


@pytest.mark.parametrize(
    ("system", "cards", "data", "says"),
    [
        ("debian-12", [GTX_1080_TI], {}, "the lock is of debian-13, the box is debian-12"),
        (
            "debian-13",
            [GTX_1080_TI, GTX_1080_TI],
            {},
            "the lock is of 1 x 10de:1b06, the box has 2 x 10de:1b06",
        ),
        ("debian-13", [], {}, "the lock is of 1 x 10de:1b06, the box has no GPU"),
        (
            "debian-13",
            [GTX_1080_TI],
            {"jupyter_port": 9000},
            "the lock has jupyter_port = its default, the box 9000",
        ),
    ],
)
def test_another_boxs_lock_says_in_what_it_differs(
    system: str, cards: list[str], data: dict[str, Any], says: str
) -> None:
    assert mismatch(a_lock(), system, cards, some_settings(**data).locked()) == says


def test_a_setting_that_was_taken_back_makes_it_another_boxs() -> None:
    old = a_lock(knobs={"jupyter_user": "ada"})
    assert mismatch(old, "debian-13", [GTX_1080_TI], {}) == (
        "the lock has jupyter_user = 'ada', the box its default"
    )


def test_a_lock_of_the_box_gives_it_its_stack() -> None:
    plan = a_plan(a_gpu_box())
    lock = a_lock(stack=stack_content(plan.stack), wheels=[])
    found = locked_stack(a_gpu_box(), plan.settings, lock, ROLES.wheel_locks)
    assert found == plan.stack.model_copy(update={"warnings": ()})


def test_a_lock_of_another_box_is_refused_with_what_to_do() -> None:
    with pytest.raises(Refused) as refusal:
        locked_stack(
            a_gpu_box(system="debian-12"), some_settings(), a_lock(), ROLES.wheel_locks
        )
    assert str(refusal.value) == (
        "the lock is of debian-13, the box is debian-12"
        " | ./dlbox lock --update, or take the lock of this box"
    )
    with pytest.raises(Refused) as refusal:
        locked_stack(a_gpu_box(), some_settings(), a_lock(), ROLES.wheel_locks)
    assert str(refusal.value) == (
        "the lock has torch 2.7.1, which this dlbox no longer installs"
        " | take the dlbox that made the lock, or ./dlbox lock --update"
    )
