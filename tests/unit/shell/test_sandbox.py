"""The sandbox itself: nothing that runs in it reaches the machine."""

from __future__ import annotations

import re

import pytest

from tests.support.shell import ABSOLUTE, PROGRAMS, ROOTS, Answer, ShellSandbox, program


def test_programs_name_no_folder_that_the_sandbox_lets_through() -> None:
    lines = "\n".join(map(program, PROGRAMS)).splitlines()
    text = "\n".join(line for line in lines if not line.startswith("#"))
    found = {*re.findall(rf"{ABSOLUTE}([a-z][\w.-]*)/", text)}
    # Devices are no files of a box; users.sh names control groups, and adopt.sh the end of a path.
    assert found - {*ROOTS} == {"dev", "system.slice", "bin"}


@pytest.mark.parametrize(
    ("text", "rooted"),
    [
        ("/etc/dlbox x=/var/lib", "ROOT/etc/dlbox x=ROOT/var/lib"),
        ('"/boot/vmlinuz-$1" "$folder"/usr/src', '"ROOT/boot/vmlinuz-$1" "$folder"/usr/src'),
        ("s|.*/opt/|/opt/| ${1#/usr/local/}", "s|.*/opt/|ROOT/opt/| ${1#ROOT/usr/local/}"),
        ("/dev/null /library #!/usr/bin/env", "/dev/null /library #!/usr/bin/env"),
    ],
)
def test_paths_of_the_box_lie_in_its_folder(box: ShellSandbox, text: str, rooted: str) -> None:
    assert box.rooted(text) == rooted.replace("ROOT", str(box.root))


def test_a_program_finds_no_tool_of_the_machine(box: ShellSandbox) -> None:
    done = box.shell(
        "for tool in apt-get dpkg systemctl rmmod; do command -v $tool; done; true"
    )
    assert done.said == ""


def test_a_call_that_nobody_has_thought_of_fails_the_test(box: ShellSandbox) -> None:
    box.tool("dkms", {"status": ""})
    with pytest.raises(AssertionError, match=r"answer:\ndkms remove all\n"):
        box.shell("dkms status; dkms remove all 2>/dev/null || true")


def test_answers_come_in_turn_and_the_last_one_stays(box: ShellSandbox) -> None:
    box.tool("dkms", {"* x": ["1", Answer("2", status=3), "4"]})
    assert box.shell("for n in 1 2 3 4; do dkms a x || echo; done").said == "12\n44"
    assert box.calls() == ["dkms a x"] * 4


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("-f '${db:Status-Abbrev} ${Version}' a", "ii  1:2-3"),
        ("-f '${db:Status-Want} ${db:Status-Status} ${Package}\\n' 'a*'", "install installed a\nhold config-files ab\n"),
        ("-f '${Package} ${Architecture}\\n' ab:i386 nothing", "ab i386\n"),
        ("a", "a\t1:2-3\n"),
    ],
)  # fmt: skip
def test_packages_are_told_as_dpkg_tells_them(box: ShellSandbox, words: str, said: str) -> None:
    box.packages({"a": "1:2-3", "ab:i386": "4 hc", "b": "5"})
    assert box.shell(f"dpkg-query -W {words}").said == said
