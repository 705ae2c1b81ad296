"""What a box says of its boot and of itself, from the shell that it is sent."""

from __future__ import annotations

import pytest

from dlbox.host import identity
from dlbox.host.foreign import FIND
from dlbox.shell import LIBRARY, shell_text
from roles.nvidia_driver.reboot.facts import script
from tests.support.shell import Answer, ShellSandbox

OLD, NEW = "6.12.95-amd64", "6.12.118-amd64"


@pytest.fixture
def seen(box: ShellSandbox) -> ShellSandbox:
    """A box with two kernels, a card and a driver for programs of 32 bits too."""
    box.put("/etc/os-release", "ID=debian\nVERSION_ID=13\n")
    box.put("/proc/sys/kernel/random/boot_id", "0f3c\n")
    box.put("/proc/self/cgroup", "0::/\n")
    for kernel in (OLD, NEW):
        box.put(f"/boot/vmlinuz-{kernel}")
    box.put(f"/lib/modules/{NEW}/kernel/nvidiafb.ko")
    box.put(f"/lib/modules/{OLD}/updates/dkms/nvidia.ko", "550.163.01\n")
    for name, text in (("vendor", "0x10de"), ("class", "0x030000"), ("device", "0x1b06")):
        box.put(f"/sys/bus/pci/devices/0000:01:00.0/{name}", f"{text}\n")
    box.packages({"libcuda1": "550.163.01-2", "libcuda1:i386": "535.309.01-1"})
    box.tool("modinfo", {"-F version *": Answer(does='cat "$3"')})
    box.tool("uname", {"-r": f"{OLD}\n", "-m": "x86_64\n"})
    box.tool("id", {"-u": "0\n"})
    box.tool("sudo", {"-n true": Answer(status=1)})
    for name in ("systemctl", "loginctl", "busctl", "who", "grub-editenv", "df", "od"):
        box.tool(name, {"*": ""})
    return box


def test_a_boot_is_told_with_its_kernels_oldest_first(seen: ShellSandbox) -> None:
    done = seen.shell(script("boot-state.sh", "libcuda1"))
    assert (done.status, done.errors) == (0, "")
    words = ("installed ", "gpu ", "kernel ", "module ", "container ")
    assert [line for line in done.said.splitlines() if line.startswith(words)] == [
        "installed 550.163.01-2",
        "gpu 0000:01:00.0",
        f"kernel {OLD}",
        f"module {OLD} 550.163.01",
        f"kernel {NEW}",
    ]
    seen.put("/run/.containerenv")
    assert "container yes\n" in seen.shell(script("boot-state.sh", "libcuda1")).said


def test_a_box_is_told_with_its_kernels_newest_first(seen: ShellSandbox) -> None:
    done = seen.shell(LIBRARY + shell_text(identity.__file__, "identity.sh"))
    words = ("gpu ", "kernel ", "container ", "bridge ")
    assert [line for line in done.said.splitlines() if line.startswith(words)] == [
        f"kernel {NEW}",
        f"kernel {OLD}",
        "gpu 10de:1b06",
    ]


def test_a_hold_is_told_with_its_architecture(seen: ShellSandbox) -> None:
    functions = FIND.rpartition("\nforeign_files\n")[0]
    row = "550.163.01-2"
    seen.packages({"libcuda1": row, "libcuda1:i386": f"{row} hi", "libgl:i386": "535-1 hi"})
    assert seen.shell(f"{functions}\nforeign_packages").said == (
        f"foreign held libcuda1:i386 {row}\n"
    )
