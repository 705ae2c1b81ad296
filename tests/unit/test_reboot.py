"""When a box is rebooted, when not, and what is said of it: from what a box prints to the verdict."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import pytest
from pyinfra.api import Config, Host, Inventory
from pyinfra.api import State as Run

from dlbox.apply.reconnect import answer, ask
from dlbox.apply.unexpected_reboot import detect_unexpected_reboots, rebooted
from roles.nvidia_driver.reboot.boot_check import boot_fault, wait_for_boot
from roles.nvidia_driver.reboot.boot_state import BootStatus, parse_boot_status
from roles.nvidia_driver.reboot.decision import Decision, Policy, decide, needed
from roles.nvidia_driver.reboot.facts import script, whole
from roles.nvidia_driver.reboot.grub import next_boot_entry
from roles.nvidia_driver.reboot.intent import Intent, intent
from roles.nvidia_driver.reboot.sessions import inhibitors, logged_in_users

OLD, NEW = "6.12.94+deb13-amd64", "6.12.107+deb13-amd64"
DRIVER = "550.163.01"
ASKED = Intent("boot-1", NEW, DRIVER, datetime(2026, 11, 25, 14, 2, tzinfo=timezone.utc))
GOOD = BootStatus(
    boot="boot-2",
    running=NEW,
    following=NEW,
    installed=DRIVER,
    loaded=DRIVER,
    gpus=("0000:01:00.0",),
    modules={OLD: DRIVER, NEW: DRIVER},
)
STALE = replace(GOOD, boot="boot-1", loaded="535.261.03")
WHY = "module 535.261.03, driver 550.163.01 installed"
CARDLESS = replace(GOOD, gpus=(), loaded="")

MENU = """\
set default="${next_entry}"
set default="0"
menuentry 'Debian GNU/Linux' --class debian $menuentry_id_option 'gnulinux-simple-4ea1' {
linux /boot/vmlinuz-6.12.107+deb13-amd64 root=UUID=4ea1 ro quiet
}
submenu 'Advanced options for Debian GNU/Linux' $menuentry_id_option 'gnulinux-advanced-4ea1' {
menuentry 'Debian GNU/Linux, with Linux 6.12.107+deb13-amd64' $menuentry_id_option 'gnulinux-6.12.107+deb13-amd64-advanced-4ea1' {
linux /boot/vmlinuz-6.12.107+deb13-amd64 root=UUID=4ea1 ro quiet
}
menuentry 'Debian GNU/Linux, with Linux 6.12.107+deb13-amd64 (recovery mode)' $menuentry_id_option 'gnulinux-6.12.107+deb13-amd64-recovery-4ea1' {
linux /boot/vmlinuz-6.12.107+deb13-amd64 root=UUID=4ea1 ro single
}
menuentry 'Debian GNU/Linux, with Linux 6.12.94+deb13-amd64' $menuentry_id_option 'gnulinux-6.12.94+deb13-amd64-advanced-4ea1' {
linux /boot/vmlinuz-6.12.94+deb13-amd64 root=UUID=4ea1 ro quiet
}
}
menuentry 'UEFI Firmware Settings' $menuentry_id_option 'uefi-firmware' {
}
""".splitlines()
SAVED = ['set default="${saved_entry}"' if line == 'set default="0"' else line for line in MENU]

SAID = """\
boot 0f3c8a52-33f1-4c53-a0e7-3d0a4ad1b0de
running 6.12.94+deb13-amd64
system degraded
installed 550.163.01-2
other nouveau
gpu 0000:01:00.0
kernel 6.12.94+deb13-amd64
module 6.12.94+deb13-amd64 535.261.03
kernel 6.12.107+deb13-amd64
module 6.12.107+deb13-amd64 550.163.01
own 7
session Id=3 Name=alice Class=user Remote=yes RemoteHost=10.0.2.2 TTY=pts/0
session Id=7 Name=root Class=user Remote=yes RemoteHost=10.0.2.2 TTY=
inhibitors {"type":"a(ssssuu)","data":[[["sleep:shutdown","backup","nightly copy","block",0,812]]]}
intent boot 77
intent kernel 6.12.107+deb13-amd64
intent driver 550.163.01
intent asked 2026-11-25T14:02:00+00:00
""".splitlines()


def test_what_a_box_prints_is_read() -> None:
    assert parse_boot_status(SAID) == BootStatus(
        boot="0f3c8a52-33f1-4c53-a0e7-3d0a4ad1b0de",
        running=OLD,
        following=NEW,
        system="degraded",
        installed=DRIVER,
        others=("nouveau",),
        gpus=("0000:01:00.0",),
        modules={OLD: "535.261.03", NEW: DRIVER},
        users=("alice on pts/0",),
        inhibitors=("backup (nightly copy)",),
        intent=replace(ASKED, boot="77"),
    )


def test_without_kernels_it_is_a_container() -> None:
    assert parse_boot_status(["boot 1", "running 6.1"]).container
    assert parse_boot_status(["boot 1", "running 6.1", "kernel 6.1", "container yes"]).container
    assert not parse_boot_status(["boot 1", "running 6.1", "kernel 6.1"]).container


def test_an_answer_that_was_cut_is_none() -> None:
    assert whole(["boot 1"]) is None
    assert whole([]) is None
    assert whole(None) is None


@pytest.mark.parametrize(
    ("default", "env", "kernel"),
    [
        ("0", {}, NEW),
        ("1>2", {}, OLD),
        ("gnulinux-advanced-4ea1>gnulinux-6.12.94+deb13-amd64-advanced-4ea1", {}, OLD),
        (
            "Advanced options for Debian GNU/Linux>Debian GNU/Linux, with Linux 6.12.94+deb13-amd64",
            {},
            OLD,
        ),
        ("1>2", {"next_entry": "0"}, NEW),
        ("0", {"next_entry": "1>2"}, OLD),
        ("nothing of this name", {}, NEW),
        ("gnulinux-6.12.94+deb13-amd64-advanced-4ea1", {}, NEW),  # of a submenu: not found so
    ],
)
def test_grub_says_which_kernel_boots_next(
    default: str, env: dict[str, str], kernel: str
) -> None:
    lines = [line.replace('"0"', f'"{default}"') for line in MENU]
    assert next_boot_entry(lines, env) == kernel


def test_grub_says_which_kernel_was_saved() -> None:
    assert next_boot_entry(SAVED, {"saved_entry": "1>2"}) == OLD
    assert next_boot_entry(SAVED, {}) == NEW


def test_a_menu_without_kernels_boots_none() -> None:
    assert next_boot_entry(['set default="0"'], {}) == ""


@pytest.mark.parametrize(
    ("session", "found"),
    [
        ("Id=3 Name=alice Class=user Remote=no RemoteHost= TTY=tty2", ("alice on tty2",)),
        (
            "Id=3 Name=bob Class=user Remote=yes RemoteHost=10.1.2.3 TTY=",
            ("bob from 10.1.2.3",),
        ),
        ("Id=3 Name=root Class=user Remote=no RemoteHost= TTY=", ()),
        ("Id=3 Name=root Class=background Remote=no RemoteHost= TTY=", ()),
        ("Id=3 Name=alice Class=manager Remote=no RemoteHost= TTY=", ()),
        ("Id=c1 Name=gdm Class=greeter Remote=no RemoteHost= TTY=tty1", ()),
        ("Id=7 Name=root Class=user Remote=yes RemoteHost=10.0.2.2 TTY=", ()),  # dlbox's own
    ],
)
def test_who_is_logged_in(session: str, found: tuple[str, ...]) -> None:
    assert logged_in_users([session], "7", ["root pts/9 2026-11-25 14:00"]) == found


def test_without_logind_the_terminals_tell_who_is_logged_in() -> None:
    assert logged_in_users([], "", ["alice    pts/0        2026-11-25 14:00 (10.0.2.2)"]) == (
        "alice on pts/0",
    )


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ('["shutdown","apt","installing","block",0,1]', ("apt (installing)",)),
        ('["sleep:shutdown","a","b","block-weak",0,1]', ("a (b)",)),
        ('["shutdown","Unattended Upgrades Shutdown","x","delay",0,1]', ()),
        ('["sleep","NetworkManager","x","block",0,1]', ()),
        ('["handle-power-key","gnome","x","block",0,1]', ()),
    ],
)
def test_what_inhibits_a_shutdown(row: str, found: tuple[str, ...]) -> None:
    assert inhibitors(f'{{"type":"a(ssssuu)","data":[[{row}]]}}') == found


def test_without_logind_nothing_inhibits() -> None:
    assert inhibitors("") == ()


def test_the_note_on_the_box_is_read_as_it_was_written() -> None:
    assert ASKED.text() == (
        f"boot boot-1\nkernel {NEW}\ndriver {DRIVER}\nasked 2026-11-25T14:02:00+00:00"
    )
    assert intent(ASKED.text().splitlines()) == ASKED
    without = replace(ASKED, driver="")
    assert intent(without.text().splitlines()) == without


@pytest.mark.parametrize(
    "text", ["", "boot 1\nkernel 2", "boot 1\nkernel 2\ndriver 3\nasked x"]
)
def test_a_note_that_is_not_whole_is_none(text: str) -> None:
    assert intent(text.splitlines()) is None


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
    assert needed(box, wanted) == why


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
    assert answer(here, "echo one; echo two", {}) == ["one", "two"]


def test_a_box_that_fails_to_answer_is_hung_up_on(here: Host) -> None:
    assert answer(here, "exit 1", {}) is None
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
    assert ask(here, shell, {}) == refusal


def test_a_box_that_was_lost_is_asked_for_its_boot_id(here: Host) -> None:
    now = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    assert detect_unexpected_reboots({here: now}) == {}
    assert detect_unexpected_reboots({here: "a"}) == {
        "@local": f"box rebooted during the run (boot id a->{now})"
    }


def test_what_a_script_is_given_cannot_break_out() -> None:
    assert script("look.sh", "lib$(id)").startswith("set -- 'lib$(id)'\n#!/bin/sh\n")
