"""A driver that somebody else has installed stops a run before anything is changed."""

from dataclasses import replace
from typing import Any

import pytest

from dlbox.host.foreign import Foreign
from dlbox.plan.role import Preflight
from dlbox.stack.model import Refused
from roles import ROLES
from roles.nvidia_driver.summary import rows
from tests.support.builders import GTX_1080_TI, a_box, a_plan


def test_preflight_refuses() -> None:
    plan = a_plan(a_box(foreign=(Foreign("runfile", "/usr/bin/nvidia-uninstall"),)))
    before = Preflight(plan.box, plan.stack, plan.settings, plan.box.clock, plan.stack.disk_gb)
    with pytest.raises(Refused) as refusal:
        ROLES.preflight(before)
    assert str(refusal.value) == (
        "a driver of NVIDIA's .run file: /usr/bin/nvidia-uninstall | nvidia_driver_adopt = True"
        " converts it, or by hand: run nvidia-uninstall"
    )


def refusal_of(before: Preflight) -> str:
    try:
        ROLES.preflight(before)
    except Refused as refusal:
        return str(refusal)
    return ""


def test_preflight_lets_pass_what_has_enough_disk_and_nothing_else() -> None:
    plan = a_plan()
    fits = Preflight(plan.box, plan.stack, plan.settings, plan.box.clock, 15.5)
    assert refusal_of(fits) == ""
    assert refusal_of(replace(fits, need_gb=100.5)) == (
        "100.0 GB free where 100.5 GB are needed | free some, or lower base_min_free_gb"
    )


@pytest.mark.parametrize(
    ("box", "data", "why"),
    [
        (
            {"wsl": True},
            {"box_gpus": [GTX_1080_TI]},
            "this is WSL2, whose driver is that of Windows | nvidia_driver_",
        ),
        (
            {"container": True, "loaded": "570.133.20"},
            {},
            "it is a container on a host with driver 570.133.20, and the plan is 550.163.01 | ",
        ),
        ({"container": True, "loaded": "550.163.01"}, {}, ""),
        ({"container": True, "loaded": "570.133.20"}, {"box_gpus": [GTX_1080_TI]}, ""),
        ({"loaded": "570.133.20"}, {}, ""),
        ({"wsl": True}, {"nvidia_driver_version": "none"}, ""),
    ],
)
def test_a_box_that_takes_no_driver_of_its_own_is_refused(
    box: dict[str, Any], data: dict[str, Any], why: str
) -> None:
    plan = a_plan(a_box(pci_gpus=(GTX_1080_TI,), **box), **data)
    before = Preflight(plan.box, plan.stack, plan.settings, plan.box.clock, 0)
    refusal = refusal_of(before)
    assert refusal.startswith(why)
    assert bool(refusal) is bool(why)


@pytest.mark.parametrize(
    ("display", "data", "warned"),
    [
        (True, {}, True),
        (False, {}, False),
        (True, {"nvidia_driver_desktop": True}, False),
        (True, {"nvidia_driver_version": "none"}, False),
    ],
)
def test_an_owner_in_front_of_a_screen_is_warned(
    data: dict[str, Any], *, display: bool, warned: bool
) -> None:
    plan = a_plan(a_box(pci_gpus=(GTX_1080_TI,), display=display), **data)
    found = rows(plan.settings, plan.stack, plan.box, "a").warnings
    assert [row.startswith("a display manager runs") for row in found] == [True] * warned
