"""What a box prints of its boot: GRUB's menu, its people, and the note of an earlier run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from roles.nvidia_driver.reboot.facts import (
    BootStatus,
    inhibitors,
    intent,
    logged_in_users,
    parse_boot,
    parse_boot_status,
    script,
)
from roles.nvidia_driver.reboot.grub import next_boot_entry
from tests.support.boot_states import ASKED, DRIVER, NEW, OLD

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
    assert parse_boot(["boot 1"]) is None
    assert parse_boot([]) is None
    assert parse_boot(None) is None


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


def test_what_a_script_is_given_cannot_break_out() -> None:
    assert script("boot-state.sh", "lib$(id)").startswith("set -- 'lib$(id)'\n#!/bin/sh\n")
