"""What the programs of the guard know of a box's kernels and of its driver."""

from __future__ import annotations

import pytest

from tests.support.shell import ShellSandbox, program

KERNELS = program("kernels")


def ask(box: ShellSandbox, words: str) -> str:
    box.place("lib", "/opt/dlbox/driver/lib.sh")
    return box.shell(f"set -eu\n{KERNELS}\n{words}").said


def test_the_newest_kernel_comes_first_whatever_its_letters_say(box: ShellSandbox) -> None:
    for kernel in ("6.12.9-amd64", "6.12.118-amd64", "6.12.95-amd64"):
        box.put(f"/boot/vmlinuz-{kernel}")
    box.put("/boot/grub/vmlinuz-6.13")
    box.put("/boot/initrd.img-6.14")
    assert ask(box, "kernels") == "6.12.118-amd64\n6.12.95-amd64\n6.12.9-amd64\n"


def test_headers_whose_kernel_is_gone_are_compiled_for_too(box: ShellSandbox) -> None:
    box.put("/boot/vmlinuz-6.12")
    box.folder("/lib/modules/6.12/build")
    box.folder("/lib/modules/6.1/build")
    box.folder("/lib/modules/5.10")
    assert ask(box, "targets") == "6.1\n6.12\n"


@pytest.mark.parametrize(
    ("row", "version"),
    [
        ("550.163.01-2", "550.163.01"),
        ("550.163.01-0ubuntu0.24.04.1 hi", "550.163.01"),
        ("550.163.01-2 iU", ""),
        ("550.163.01-2 rc", ""),
        ("550.163.01-2 iF", ""),
    ],
)
def test_only_a_driver_that_is_installed_is_one(
    box: ShellSandbox, row: str, version: str
) -> None:
    box.put("/etc/dlbox/driver-package", "libcuda1\n")
    box.packages({"libcuda1": row})
    assert ask(box, 'printf %s "$(driver)"') == version


@pytest.mark.parametrize("other", ["550.163.01-2", "535.309.01-1 rc", "535.309.01-1 iU"])
def test_a_driver_for_programs_of_32_bits_too_has_one_version(
    box: ShellSandbox, other: str
) -> None:
    box.put("/etc/dlbox/driver-package", "libcuda1\n")
    box.packages({"libcuda1": "550.163.01-2", "libcuda1:i386": other})
    assert ask(box, 'printf %s "$(driver)"') == "550.163.01"


@pytest.mark.parametrize(
    ("file", "has"),
    [
        ("nvidia.ko", "yes\n"),
        ("nvidia-current.ko.xz", "yes\n"),
        ("nvidia-current-open.ko.zst", "yes\n"),
        ("nvidia-drm.ko", ""),
        ("nvidia-current-uvm.ko", ""),
    ],
)
def test_a_module_has_one_of_three_names(box: ShellSandbox, file: str, has: str) -> None:
    box.tool("modinfo", {"-F version /lib/modules/6.12/extra/*": "550.163.01\n"})
    box.put(f"/lib/modules/6.12/extra/{file}")
    assert ask(box, "if has 6.12 550.163.01; then echo yes; fi") == has


def test_dkms_has_told_of_its_modules_in_two_ways(box: ShellSandbox) -> None:
    said = (
        "nvidia/550.163.01, 6.12, x86_64: installed\n"
        "nvidia/550.163.01, 6.1, x86_64: installed (WARNING!)\n"
        "nvidia-current-open, 535.309.01, 6.1, x86_64: installed\n"
        "nvidia-current/570.1: added\n"
        "zfs/2.3: added\n"
    )
    box.tool("dkms", {"status": said})
    assert ask(box, "modules") == (
        "nvidia 550.163.01\nnvidia-current 570.1\nnvidia-current-open 535.309.01\n"
    )
