"""When a box is rebooted, when not, and what is said of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from roles.nvidia_driver.reboot.decision import (
    Decision,
    Policy,
    boot_fault,
    decide,
    reboot_reason,
)
from roles.nvidia_driver.reboot.facts import BootStatus
from tests.support.boot_states import ASKED, CARDLESS, DRIVER, GOOD, NEW, OLD, STALE, WHY


@pytest.mark.parametrize(
    ("box", "wanted", "why"),
    [
        (GOOD, "", ""),
        (GOOD, NEW, ""),
        (STALE, "", WHY),
        (replace(GOOD, loaded=""), "", "module not loaded, driver 550.163.01 installed"),
        (replace(GOOD, installed="", loaded=""), "", ""),
        (GOOD, OLD, f"kernel {NEW} runs where {OLD} is wanted"),
        (replace(GOOD, running=OLD), "", ""),  # a newer kernel alone is no need of ours
        (CARDLESS, "", ""),
        (
            replace(CARDLESS, others=("nouveau",)),
            "",
            "nouveau is loaded in the driver's place",
        ),
        (
            replace(CARDLESS, modules={OLD: DRIVER}, following=OLD),
            "",
            f"kernel {NEW} has no module of driver {DRIVER}, {OLD} has one",
        ),
        (replace(CARDLESS, modules={}), "", ""),  # a reboot would bring none
    ],
)
def test_a_reboot_is_needed(box: BootStatus, wanted: str, why: str) -> None:
    assert reboot_reason(box, wanted) == why


@pytest.mark.parametrize("policy", ["never", "if-needed", "now"])
def test_a_box_that_is_right_is_left_alone(policy: Policy) -> None:
    assert decide(GOOD, policy) == Decision("nothing")


@pytest.mark.parametrize("policy", ["never", "if-needed", "now"])
def test_a_container_is_left_alone(policy: Policy) -> None:
    assert decide(replace(STALE, container=True), policy) == Decision("nothing")


@pytest.mark.parametrize(
    ("policy", "action"), [("never", "tell"), ("if-needed", "reboot"), ("now", "reboot")]
)
def test_the_policy_decides(policy: Policy, action: str) -> None:
    decision = decide(STALE, policy)
    assert (decision.action, decision.reason) == (action, WHY)


PEOPLE = replace(STALE, users=("alice on pts/0",), inhibitors=("backup (nightly copy)",))


def test_people_are_waited_for() -> None:
    assert decide(PEOPLE, "if-needed", busy=("python of bob (pid 12) on the GPU",)) == Decision(
        "tell",
        f"{WHY}; waits for alice on pts/0, backup (nightly copy),"
        " python of bob (pid 12) on the GPU",
    )
    assert decide(PEOPLE, "now", busy=("python",)) == Decision("reboot", WHY)


def test_people_matter_only_where_a_reboot_is_needed() -> None:
    assert decide(replace(GOOD, users=("alice on pts/0",)), "if-needed") == Decision("nothing")


@pytest.mark.parametrize("policy", ["if-needed", "now"])
def test_the_machine_of_dlbox_itself_is_never_rebooted(policy: Policy) -> None:
    assert decide(STALE, policy, local=True) == Decision(
        "tell", f"{WHY}; dlbox does not reboot the machine it runs on"
    )


@pytest.mark.parametrize("system", ["", "offline"])
def test_without_systemd_it_is_told(system: str) -> None:
    assert decide(replace(STALE, system=system), "now") == Decision(
        "tell", f"{WHY}; init is not systemd"
    )


def test_a_reboot_that_would_not_help_is_not_made() -> None:
    assert decide(replace(STALE, modules={}), "now") == Decision(
        "fail", f"{WHY}; not rebooted: the module for kernel {NEW} is none"
    )
    assert decide(replace(STALE, modules={NEW: "535.261.03"}), "if-needed") == Decision(
        "fail", f"{WHY}; not rebooted: the module for kernel {NEW} is 535.261.03"
    )
    assert decide(GOOD, "now", wanted=OLD) == Decision(
        "fail",
        f"kernel {NEW} runs where {OLD} is wanted; not rebooted: GRUB would boot {NEW}",
    )


def test_a_reboot_that_was_asked_for_and_did_not_come_is_still_to_be_made() -> None:
    assert decide(replace(STALE, intent=ASKED), "if-needed") == Decision("reboot", WHY)


@pytest.mark.parametrize("policy", ["never", "if-needed", "now"])
def test_a_reboot_that_came_out_well_is_settled(policy: Policy) -> None:
    assert decide(replace(GOOD, intent=ASKED), policy) == Decision("nothing", forget=True)


FAILED = replace(STALE, boot="boot-2", intent=ASKED)
CAME = (
    "after the reboot asked for at 2026-11-25 14:02 it came back with module 535.261.03"
    " where 550.163.01 was expected"
)


@pytest.mark.parametrize("policy", ["if-needed", "now"])
def test_a_box_does_not_reboot_in_circles(policy: Policy) -> None:
    assert decide(FAILED, policy) == Decision("fail", f"{CAME} | mend it, then reboot the box")


def test_what_a_reboot_came_to_is_told_where_it_stands_by() -> None:
    assert decide(FAILED, "never") == Decision("tell", f"{WHY}; {CAME}")


STAGED = replace(GOOD, boot="boot-1", staged=True)


def test_a_staged_change_of_the_driver_needs_a_reboot() -> None:
    why = "the driver changes at the next boot"
    assert decide(STAGED, "never") == Decision("tell", why)
    # Its modules come with it.
    assert decide(replace(STAGED, modules={}), "now") == Decision("reboot", why)


def test_a_staged_change_is_judged_by_what_is_installed_then() -> None:
    asked = replace(ASKED, driver="")
    assert boot_fault(asked, GOOD) == ""
    assert boot_fault(asked, replace(GOOD, loaded="535.261.03")) == (
        "came back with module 535.261.03 where 550.163.01 was expected"
    )
    assert boot_fault(asked, replace(GOOD, staged=True)) == (
        "came back without having changed the driver"
    )
    assert decide(replace(STAGED, boot="boot-2", intent=asked), "now") == Decision(
        "fail",
        "after the reboot asked for at 2026-11-25 14:02 it came back without having changed"
        " the driver | mend it, then reboot the box",
    )


def test_another_end_is_another_reboot() -> None:
    older = replace(FAILED, intent=replace(ASKED, driver="535.309.01"))
    assert decide(older, "now") == Decision("reboot", WHY)


def test_another_kernel_than_asked_for_is_told_once() -> None:
    other = replace(GOOD, running=OLD, intent=ASKED)
    assert decide(other, "if-needed") == Decision(
        "fail",
        f"after the reboot asked for at 2026-11-25 14:02 it came back with kernel {OLD}"
        f" where {NEW} was expected | mend it, then reboot the box",
        forget=True,
    )
