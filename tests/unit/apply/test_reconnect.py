"""A box whose connection is gone: it is asked again, and what it says of its boot is judged."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyinfra.api import Config, Host, Inventory
from pyinfra.api import State as Run

from dlbox.apply.reconnect import (
    detect_unexpected_reboots,
    rebooted,
    request_reboot,
    run_and_read,
)


def test_a_box_that_somebody_else_rebooted_is_named() -> None:
    assert rebooted("a", "b") == "box rebooted during the run (boot id a->b)"
    assert rebooted("a", "a") == ""
    assert rebooted("", "b") == ""


@pytest.fixture
def here() -> Host:
    """Return this machine as a box of pyinfra's."""
    inventory = Inventory((["@local"], {}))
    Run(inventory, Config())
    return next(iter(inventory))


def test_a_box_that_answers_is_heard(here: Host) -> None:
    assert run_and_read(here, "echo one; echo two", {}) == ["one", "two"]


def test_a_box_that_fails_to_answer_is_hung_up_on(here: Host) -> None:
    assert run_and_read(here, "exit 1", {}) is None
    assert not here.connected


@pytest.mark.parametrize(
    ("shell", "refusal"),
    [
        ("exit 0", ""),
        ("exit 1", ""),  # a box that goes down at once gives no exit status
        ("echo refused no right; exit 0", "refused no right"),
        (
            "echo sudo: 3 incorrect password attempts >&2; exit 1",
            "sudo: 3 incorrect password attempts",
        ),
    ],
)
def test_a_box_that_refuses_to_reboot_is_told_from_one_that_goes_down(
    here: Host, shell: str, refusal: str
) -> None:
    here.connect()
    assert request_reboot(here, shell, {}) == refusal


def test_a_box_that_was_lost_is_asked_for_its_boot_id(here: Host) -> None:
    now = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    assert detect_unexpected_reboots({here: now}) == {}
    assert detect_unexpected_reboots({here: "a"}) == {
        "@local": f"box rebooted during the run (boot id a->{now})"
    }
