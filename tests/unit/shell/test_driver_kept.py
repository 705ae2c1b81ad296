"""Before a change of the driver, what it moves or removes is kept."""

from __future__ import annotations

import pytest

from tests.support.shell import Answer, Done, ShellSandbox

PREVIOUS = "/var/lib/dlbox/driver-previous"
TRIAL = "/var/lib/dlbox/boot-trial"
SOURCE = "/var/lib/dlbox/driver-source"
ORDER = ("--no-install-recommends", "libcuda1=550.163.01-2")
PLAN = """\
Remv libold [535.309.01-1]
Inst libcuda1 [535.309.01-1] (550.163.01-2 Debian:13/stable [amd64])
Inst libnvcuvid1:i386 [535.309.01-1] (550.163.01-2 Debian:13/stable [i386])
Purg gsp-rest [535.309.01-1]
Inst nvidia-kernel-dkms (550.163.01-2 Debian:13/stable [amd64])
Conf libcuda1 (550.163.01-2 Debian:13/stable [amd64])
"""
ROWS = {
    "libcuda1": "1:535.309.01-1 hi",
    "libnvcuvid1:i386": "1:535.309.01-1 ii",
    "libold": "535.309.01-1",
    "gsp-rest": "535.309.01-1 rc",
}
KEPT = """\
libcuda1 1:535.309.01-1 hold auto libcuda1_1%3a535.309.01-1_amd64.deb
libnvcuvid1:i386 1:535.309.01-1 install manual libnvcuvid1_1%3a535.309.01-1_i386.deb
libold 535.309.01-1 install manual libold_535.309.01-1_amd64.deb
"""
AMD64, I386, OLD = (line.split()[4] for line in KEPT.splitlines())


@pytest.fixture
def changing(returning: ShellSandbox) -> ShellSandbox:
    """A box whose driver is to move from 535 to 550; its packages lie in apt's cache."""
    box = returning
    box.packages(ROWS)
    apt(box, PLAN)
    box.tool("apt-mark", {"showauto libcuda1": "libcuda1\n", "showauto *": ""})
    box.tool("apt-cache", {"madison *": ""})
    box.put(f"/var/cache/apt/archives/{AMD64}", "amd64")
    box.put(f"/var/cache/apt/archives/{I386}", "i386")
    box.put(f"/var/cache/dlbox/debs/{OLD}", "old")
    box.put(SOURCE, "distro\n")
    return box


def apt(box: ShellSandbox, plan: str, status: int = 0) -> None:
    box.tool("apt-get", {
        f"-q -s install {' '.join(ORDER)}": Answer(plan, status=status),
        "-q download *": Answer(does='shift 2; for one; do touch "$(echo "$one" | tr = _)_amd64.deb"; done'),
    })  # fmt: skip


def run(box: ShellSandbox) -> Done:
    return box.run("/opt/dlbox/driver/fallback", "keep", *ORDER)


def test_what_moves_or_goes_is_kept_as_it_is(changing: ShellSandbox) -> None:
    done = run(changing)
    assert done.status == 0
    assert done.said.startswith("kept the driver before: 3 packages, ")
    assert changing.read(f"{PREVIOUS}/packages") == KEPT
    assert changing.read(f"{PREVIOUS}/new") == "nvidia-kernel-dkms\n"
    assert changing.read(f"{PREVIOUS}/source") == "distro\n"
    assert changing.read(f"{PREVIOUS}/incomplete") == ""
    assert changing.files(f"{PREVIOUS}/debs") == {
        f"{PREVIOUS}/debs/{AMD64}": "amd64",
        f"{PREVIOUS}/debs/{I386}": "i386",
        f"{PREVIOUS}/debs/{OLD}": "old",
    }


def test_a_package_of_two_architectures_is_kept_twice_and_not_thrice(
    changing: ShellSandbox,
) -> None:
    changing.packages({"libcuda1": "535-1", "libcuda1:i386": "535-1"})
    apt(changing, "Inst libcuda1 [535-1] (550 x)\nInst libcuda1:i386 [535-1] (550 x)\n")
    run(changing)
    assert changing.read(f"{PREVIOUS}/packages") == (
        "libcuda1 535-1 install auto libcuda1_535-1_amd64.deb\n"
        "libcuda1:i386 535-1 install manual libcuda1_535-1_i386.deb\n"
    )


def test_what_lies_nowhere_is_downloaded_if_a_source_has_it(changing: ShellSandbox) -> None:
    changing.path(f"/var/cache/dlbox/debs/{OLD}").unlink()
    changing.path(f"/var/cache/apt/archives/{I386}").unlink()
    said = "    libold | 535.309.01-1 | http://mirror.example/debian bookworm/main amd64\n"
    changing.tool("apt-cache", {"madison libold": said, "madison *": "libcuda1 | 1:550 | x\n"})
    done = run(changing)
    assert "apt-get -q download libold=535.309.01-1" in changing.calls("apt-get")
    assert changing.has(f"{PREVIOUS}/debs/{OLD}")
    assert changing.read(f"{PREVIOUS}/incomplete") == "libnvcuvid1:i386 1:535.309.01-1\n"
    assert done.said == (
        "no source has libnvcuvid1:i386=1:535.309.01-1 of the driver before any more: "
        "there is no way back to it\n"
    )


def test_a_first_driver_has_none_before_it(changing: ShellSandbox) -> None:
    apt(changing, "Inst libcuda1 (550.163.01-2 x [amd64])\nInst jq [1.6] (1.7 x [amd64])\n")
    changing.packages({"jq": "1.6"})
    changing.put("/var/cache/apt/archives/jq_1.6_amd64.deb")
    assert run(changing).said == (
        "there was no driver before: should it not stand its first boot, only the kernel goes back\n"
    )
    assert changing.read(f"{PREVIOUS}/new") == "libcuda1\n"


def test_a_boot_in_the_middle_of_a_change_proves_nothing(changing: ShellSandbox) -> None:
    changing.put(TRIAL, "boot first\n")
    run(changing)
    assert not changing.has(TRIAL)


@pytest.mark.parametrize("plan", ["", "Conf libcuda1 (550.163.01-2 x [amd64])\n"])
def test_an_order_that_changes_nothing_keeps_nothing(changing: ShellSandbox, plan: str) -> None:
    changing.put(TRIAL, "boot first\n")
    apt(changing, plan)
    before = changing.files()
    run(changing)
    assert changing.files() == before


def test_a_box_without_kernels_has_no_first_boot(changing: ShellSandbox) -> None:
    changing.path("/boot/vmlinuz-6.12.95").unlink()
    run(changing)
    assert not changing.has(PREVIOUS)
    assert changing.calls("apt-get") == []


def test_an_order_that_apt_refuses_leaves_what_was_kept(changing: ShellSandbox) -> None:
    changing.put(f"{PREVIOUS}/packages", "kept\n")
    changing.put(TRIAL, "boot first\n")
    apt(changing, "E: Unable to locate package\n", 100)
    before = changing.files()
    assert run(changing).status == 100
    assert changing.files() == before


def kept_before(box: ShellSandbox) -> None:
    box.put(f"{PREVIOUS}/packages", f"libcuda1 1:525-1 install manual {AMD64}\n")
    box.put(f"{PREVIOUS}/new", "libold\n")
    box.put(f"{PREVIOUS}/source", "nvidia\n")
    box.put(f"{PREVIOUS}/debs/{AMD64}", "525")


def test_a_change_that_no_boot_has_proved_is_no_state_to_go_back_to(
    changing: ShellSandbox,
) -> None:
    kept_before(changing)
    run(changing)
    assert changing.read(f"{PREVIOUS}/packages").splitlines() == [
        f"libcuda1 1:525-1 install manual {AMD64}",
        KEPT.splitlines()[1],
    ]
    assert changing.read(f"{PREVIOUS}/new") == "libold\nnvidia-kernel-dkms\n"
    assert changing.read(f"{PREVIOUS}/source") == "nvidia\n"
    assert changing.read(f"{PREVIOUS}/debs/{AMD64}") == "525"


def test_a_driver_that_stood_is_what_one_goes_back_to(changing: ShellSandbox) -> None:
    kept_before(changing)
    changing.put(f"{PREVIOUS}/closed")
    run(changing)
    assert changing.read(f"{PREVIOUS}/packages") == KEPT
    assert changing.read(f"{PREVIOUS}/new") == "nvidia-kernel-dkms\n"
    assert not changing.has(f"{PREVIOUS}/closed")


def test_what_was_kept_is_replaced_as_a_whole(changing: ShellSandbox) -> None:
    kept_before(changing)
    before = changing.files(PREVIOUS)
    changing.tool("cut", {"*": Answer(does="kill $PPID", status=1)})
    assert run(changing).status != 0
    assert changing.files(PREVIOUS) == before
