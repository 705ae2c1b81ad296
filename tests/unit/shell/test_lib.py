"""What several programs ask of a box is asked in one way."""

from __future__ import annotations

import re

import pytest

from dlbox.shell import LIBRARY
from roles.nvidia_driver.transaction import CORE_PACKAGES
from tests.support.shell import Answer, ShellSandbox

PCI = "/sys/bus/pci/devices"


def ask(box: ShellSandbox, words: str) -> str:
    done = box.shell(f"set -eu\n{LIBRARY}{words}")
    assert (done.status, done.errors) == (0, "")
    return done.said


@pytest.mark.parametrize(
    "path", ["/run/systemd/container", "/run/.containerenv", "/.dockerenv"]
)
def test_a_container_is_known_by_what_its_engine_left(box: ShellSandbox, path: str) -> None:
    say = "if in_container; then echo yes; fi"
    assert ask(box, say) == ""
    box.put(path)
    assert ask(box, say) == "yes\n"


def device(box: ShellSandbox, address: str, *, vendor: str, kind: str) -> None:
    for name, text in (("vendor", vendor), ("class", kind), ("device", "0x1b06")):
        box.put(f"{PCI}/{address}/{name}", f"{text}\n")


def test_cards_are_told_by_address_and_device(box: ShellSandbox) -> None:
    assert ask(box, "gpus") == ""
    device(box, "0000:01:00.0", vendor="0x10de", kind="0x030000")
    device(box, "0000:02:00.0", vendor="0x10de", kind="0x030200")
    device(box, "0000:02:00.1", vendor="0x10de", kind="0x040300")
    device(box, "0000:03:00.0", vendor="0x1002", kind="0x030000")
    device(box, "0000:04:00.0", vendor="0x10de", kind="0x068000")
    box.put(f"{PCI}/0000:05:00.0/vendor", "0x10de\n")
    assert ask(box, "gpus") == "0000:01:00.0 1b06\n0000:02:00.0 1b06\n"


def test_a_box_without_a_boot_folder_has_no_kernels(box: ShellSandbox) -> None:
    assert ask(box, "kernels") == ""


def test_the_module_in_updates_is_the_one_that_is_loaded(box: ShellSandbox) -> None:
    box.tool("modinfo", {"-F version *": Answer(does='cat "$3"')})
    assert ask(box, "driver_modules 6.12; module_version 6.12") == ""
    # The framebuffer's module has no version, and comes with every kernel.
    box.put("/lib/modules/6.12/kernel/drivers/video/fbdev/nvidia/nvidiafb.ko")
    box.put("/lib/modules/6.12/kernel/drivers/nvidia-drm.ko", "1\n")
    assert ask(box, "module_version 6.12") == ""
    box.put("/lib/modules/6.12/a/nvidia.ko", "535.309.01\n")
    assert ask(box, "module_version 6.12") == "535.309.01\n"
    box.put("/lib/modules/6.12/updates/dkms/nvidia-current-open.ko.xz", "550.163.01\n")
    assert ask(box, "module_version 6.12") == "550.163.01\n"
    assert ask(box, "driver_modules 6.12") == (
        "/lib/modules/6.12/updates/dkms/nvidia-current-open.ko.xz\n"
        "/lib/modules/6.12/a/nvidia.ko\n"
    )


ROWS = {
    "libcuda1": "550.163.01-2",
    "libcuda1:i386": "535.309.01-1 rc",
    "firmware:all": "1 hi",
    "gone": "2 rc",
    "libm:i386": "3",
}


@pytest.mark.parametrize(
    ("names", "lines"),
    [
        ("libcuda1", "libcuda1 ii 550.163.01-2\n"),
        ("libcuda1:i386", "libcuda1:i386 rc 535.309.01-1\n"),
        ("libcuda1 libcuda1:i386", "libcuda1 ii 550.163.01-2\nlibcuda1:i386 rc 535.309.01-1\n"),
        ("firmware gone nothing", "firmware hi 1\ngone rc 2\n"),
        ("libm", ""),
        ("", ""),
    ],
)
def test_a_package_is_that_of_the_boxs_own_architecture(
    box: ShellSandbox, names: str, lines: str
) -> None:
    box.packages(ROWS)
    said = ask(box, f"package_lines '${{db:Status-Abbrev}} ${{Version}}' {names}")
    assert re.sub(" +", " ", said) == lines


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("libcuda1", "550.163.01-2\n"),
        ("libcuda1:i386", ""),
        ("firmware", "1\n"),
        ("gone", ""),
        ("libm:i386", "3\n"),
    ],
)
def test_the_version_is_that_of_an_installed_package(
    box: ShellSandbox, name: str, version: str
) -> None:
    box.packages(ROWS)
    assert ask(box, f"installed_version {name}") == version


@pytest.mark.parametrize(
    "name",
    [
        *("libcuda1", "libnvidia-compute", "libnvidia-compute-580", "nvidia-kernel-dkms"),
        *("nvidia-open-kernel-dkms", "nvidia-kernel-open-dkms", "nvidia-dkms-580-server-open"),
        *("nvidia-open-dkms", "libcuda1-i386", "nvidia-smi", "libnvidia-compute-580-server"),
        *("nvidia-kernel-common", "dkms"),
    ],
)
def test_a_driver_is_known_by_the_same_packages_everywhere(
    box: ShellSandbox, name: str
) -> None:
    say = f'if echo {name} | grep -qxE "$CUDA_PACKAGES|$MODULE_PACKAGES"; then echo yes; fi'
    assert (ask(box, say) != "") == (CORE_PACKAGES.fullmatch(name) is not None)


def test_what_fails_is_noted_and_the_next_is_attempted(box: ShellSandbox) -> None:
    text = "step() { false; echo not-here; }\nfailed=\nattempt step\nattempt echo next\n"
    assert ask(box, f'{text}echo "$failed"; false || echo still') == "next\n step\nstill\n"
    done = box.shell(f"set -eu\n{LIBRARY}{text}false; echo not-here")
    assert (done.status, done.said) == (1, "next\n")


@pytest.mark.parametrize("words", ["kernel-guard choose", "try-modules all", "fallback check"])
def test_a_program_without_the_library_does_nothing_and_says_why(
    box: ShellSandbox, words: str
) -> None:
    name, verb = words.split()
    for each in ("kernels", "fallback-judge", "fallback-keep", "fallback-restore", name):
        box.place(each, f"/opt/dlbox/driver/{each}")
    before = box.files()
    done = box.run(f"/opt/dlbox/driver/{name}", verb)
    assert done.status == 2
    assert "/opt/dlbox/driver/lib.sh" in done.errors
    assert (box.files(), box.calls()) == (before, [])
