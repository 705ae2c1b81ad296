"""What apt says that it would do, read from its own words."""

import subprocess

from dlbox.host.apt_facts import Simulation, WouldInstall, parse_simulation

SAID = """\
NOTE: This is only a simulation!
      apt-get needs root privileges for real execution.
Reading package lists...
Building dependency tree...
The following packages will be REMOVED:
  nvidia-kernel-open-dkms
The following NEW packages will be installed:
  libcuda1 nvidia-smi

Remv nvidia-kernel-open-dkms [595.71.05-1]
Purg nvidia-driver-pinning-595 [1.0]
Remv linux-headers-6.1 [6.1.0-1] [linux-headers-amd64:amd64 ]
Inst libcuda1 (550.163.01-2 Debian:13.7/stable [amd64])
Inst nvidia-smi (550.163.01-2 Debian:13.7/stable [amd64]) []
Inst libnvidia-ml1 [535.261.03-1] (550.163.01-2 Debian:13.7/stable [amd64])
Inst libnvidia-ml1:i386 [535.261.03-1] (550.163.01-2 Debian:13.7/stable [i386]) []
Conf libcuda1 (550.163.01-2 Debian:13.7/stable [amd64])
"""


def test_what_would_be_installed_moved_and_removed() -> None:
    assert parse_simulation(SAID.splitlines()) == Simulation(
        new=("libcuda1 550.163.01-2", "nvidia-smi 550.163.01-2"),
        moved=(
            "libnvidia-ml1 535.261.03-1 to 550.163.01-2",
            "libnvidia-ml1:i386 535.261.03-1 to 550.163.01-2",
        ),
        removed=("nvidia-kernel-open-dkms", "nvidia-driver-pinning-595", "linux-headers-6.1"),
        error=None,
    )


def test_nothing_would_be_done() -> None:
    said = "Reading package lists...\n\n0 upgraded, 0 newly installed, 0 to remove.\n"
    nothing = Simulation((), (), (), None)
    assert parse_simulation(said.splitlines()) == nothing
    assert parse_simulation([]) == nothing


def test_the_first_of_apts_errors_says_why() -> None:
    said = """\
W: GPG error: https://x InRelease
E: Version '580.*' for 'nvidia-dkms-580' was not found
E: Unable to locate package nvlsm
"""
    assert parse_simulation(said.splitlines()) == Simulation(
        (), (), (), "Version '580.*' for 'nvidia-dkms-580' was not found"
    )


def test_a_warning_is_no_error() -> None:
    assert parse_simulation(["W: Some index files failed to download."]).error is None


def test_a_package_called_after_a_word_of_apts_is_not_one() -> None:
    assert parse_simulation(["  Inst Remv E:", "Setting up Inst (1)"]).removed == ()


def test_it_is_told_by_its_counts_and_by_what_is_lost() -> None:
    assert parse_simulation(SAID.splitlines()).lines() == [
        "apt would install: 2 new, 2 moved, 3 removed",
        "  moved: libnvidia-ml1 535.261.03-1 to 550.163.01-2, libnvidia-ml1:i386 535.261.03-1 to 550.163.01-2",
        "  removed: nvidia-kernel-open-dkms, nvidia-driver-pinning-595, linux-headers-6.1",
    ]
    assert Simulation(("a 1",), (), (), None).lines() == [
        "apt would install: 1 new, 0 moved, 0 removed"
    ]


def test_an_error_is_all_that_is_told() -> None:
    assert Simulation(("a 1",), (), ("b",), "no such package").lines() == [
        "apt: no such package"
    ]


PINS = "Pin: version 580.*\nExplanation: NVIDIA's $HOME, `id`\n"


def asked(**files: str) -> str:
    return WouldInstall().command(
        {path.replace("_", "."): text for path, text in files.items()},
        {"libcuda1": "550.", "nvidia-persistenced": ""},
        ("nvidia-dkms-580",),
    )


def test_apt_is_asked_for_planned_versions_and_without_what_is_in_the_way() -> None:
    last = asked().splitlines()[-1]
    assert " 'libcuda1=550.*' nvidia-persistenced nvidia-dkms-580- " in f"{last} "
    assert last.startswith("own -s install ")


def test_the_question_is_shell_that_a_shell_can_read() -> None:
    run = subprocess.run(["sh", "-n"], input=asked(pins_d=PINS), check=False, text=True)
    assert run.returncode == 0


def test_files_arrive_as_they_are_and_only_in_the_copy() -> None:
    [put] = [part for part in asked(pins_d=PINS).split("\nsaid=") if "printf" in part]
    begin = put.index("printf")
    run = subprocess.run(
        ["sh", "-c", f'folder=$(mktemp -d); mkdir "$folder/etc"; {put[begin:]}; cat "$folder/etc/pins.d"; rm -r "$folder"'],
        capture_output=True,
        check=True,
        text=True,
    )  # fmt: skip
    assert run.stdout == PINS


def test_the_boxs_own_apt_is_left_alone() -> None:
    said = asked(pins_d=PINS)
    assert said.count("apt-get") == 1, "called in one place, with folders of its own"
    alone = ('Dir::Etc="$folder/', 'Dir::State::lists="$folder/', 'Dir::Cache="$folder/')
    assert [option for option in alone if option not in said] == []
    asks = [line for line in said.splitlines() if " install " in line]
    assert [line for line in asks if not line.startswith("own -s ")] == []
    assert [word for word in said.split() if word.startswith(("/", ">/"))] == ["/etc/apt"]


def test_an_answer_is_read_as_a_simulation() -> None:
    assert WouldInstall().process(["E: no"]) == Simulation((), (), (), "no")
