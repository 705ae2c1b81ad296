"""How a box is waited for after a reboot, and what is said of what came back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from roles.nvidia_driver.reboot.decision import boot_fault, wait_for_boot
from roles.nvidia_driver.reboot.facts import BootStatus
from tests.support.boot_states import ASKED, CARDLESS, GOOD, NEW, OLD


@pytest.mark.parametrize(
    ("seen", "bad"),
    [
        (GOOD, ""),
        (replace(GOOD, system="degraded"), ""),
        (CARDLESS, ""),
        (replace(GOOD, system="maintenance"), "came back in emergency mode"),
        (
            replace(GOOD, running=OLD),
            f"came back with kernel {OLD} where {NEW} was expected",
        ),
        (
            replace(GOOD, loaded="", others=("nouveau",)),
            "came back with nouveau in the driver's place",
        ),
        (
            replace(GOOD, loaded=""),
            "came back with module not loaded where 550.163.01 was expected",
        ),
        (
            replace(CARDLESS, modules={}),
            "came back with no module for its kernel where 550.163.01 was expected",
        ),
        (replace(GOOD, system="starting"), "came back, but systemd is still starting"),
    ],
)
def test_a_box_that_came_back_is_judged(seen: BootStatus, bad: str) -> None:
    assert boot_fault(ASKED, seen) == bad


class Clock:
    """A clock that only sleep moves, and a box that answers by it."""

    def __init__(self, *answers: tuple[float, BootStatus | None]) -> None:
        """Take (from which second on, what the box answers)."""
        self.now = 0.0
        self.answers = answers

    def __call__(self) -> float:
        """Return the time."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds

    def look(self) -> BootStatus | None:
        """Return what the box answers now."""
        return [answer for since, answer in self.answers if since <= self.now][-1]

    def verdict(self, limit: int = 600) -> tuple[str, float]:
        """Return what is said in the end, and when."""
        return wait_for_boot(ASKED, self.look, limit, self, self.sleep), self.now


UP = replace(GOOD, boot="boot-1")
STARTING = replace(GOOD, system="starting", loaded="")
SINCE = "(asked at 14:02, boot id boot-1)"


def test_a_box_that_comes_back_is_waited_for() -> None:
    came = Clock(
        (0, UP), (10, None), (40, STARTING), (60, replace(GOOD, loaded="")), (70, GOOD)
    )
    assert came.verdict() == ("", 70)


def test_a_box_that_does_not_come_back_is_given_up() -> None:
    assert Clock((0, UP), (10, None)).verdict() == (
        f"did not return within 600 s {SINCE}",
        600,
    )


def test_a_box_that_ignores_the_request_is_told_from_one_that_is_gone() -> None:
    assert Clock((0, UP)).verdict(60) == (
        f"did not reboot: boot id unchanged after 60 s {SINCE}",
        60,
    )


def test_a_wrong_kernel_is_told_at_once() -> None:
    said = f"came back with kernel {OLD} where {NEW} was expected"
    assert Clock((0, None), (20, replace(STARTING, running=OLD))).verdict() == (said, 20)


def test_emergency_mode_is_told_at_once() -> None:
    emergency = replace(STARTING, system="maintenance")
    assert Clock((0, None), (20, emergency)).verdict() == ("came back in emergency mode", 20)


def test_a_module_has_its_time_and_no_more() -> None:
    said = "came back with module not loaded where 550.163.01 was expected"
    assert Clock((0, None), (20, replace(GOOD, loaded=""))).verdict() == (said, 50)


def test_a_start_that_never_ends_is_told() -> None:
    starting = replace(GOOD, system="starting")
    assert Clock((0, None), (20, starting)).verdict(100) == (
        "came back, but systemd is still starting",
        100,
    )
