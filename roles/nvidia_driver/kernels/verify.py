"""Checks that hold for the kernels of a box with a driver."""

from __future__ import annotations

import pytest
from testinfra.host import Host

from dlbox.stack.components import Driver
from dlbox.stack.model import Stack
from roles.nvidia_driver.reboot.grub import next_boot_entry

# Debian calls the module nvidia-current or nvidia-current-open.
MODULES = (
    "find /lib/modules/{kernel} -regextype posix-extended -regex"
    " '.*/nvidia(-current(-open)?)?[.]ko([.](xz|zst|gz))?' -exec modinfo -F version {{}} ';'"
)


@pytest.fixture
def driver(stack: Stack) -> Driver:
    """Return the planned driver."""
    if stack.driver is None:
        pytest.skip("the box has no GPU, by declaration or by its PCI bus")
    return stack.driver


@pytest.fixture
def kernels(box: Host, driver: Driver) -> list[str]:
    """Return the box's own kernels, the newest first."""
    found = box.check_output("cd /boot; ls vmlinuz-* 2>/dev/null | sort -rV || true").split()
    if not found:
        pytest.skip("the box has no kernel of its own (a container)")
    return [kernel.removeprefix("vmlinuz-") for kernel in found]


@pytest.fixture
def version(box: Host, driver: Driver) -> str:
    """Return the version of the user space: 535.309.01 for 535.309.01-0+deb12u1."""
    return str(box.package(driver.libcuda).version).rpartition("-")[0]


def next_kernel(box: Host, kernels: list[str]) -> str:
    """Return the kernel that GRUB boots next; without GRUB the newest, as every boot loader does."""
    config = box.run("cat /boot/grub/grub.cfg 2>/dev/null").stdout.splitlines()
    words = ("menuentry", "submenu", "linux", "set default=", "}")
    lines = [line for line in map(str.strip, config) if line.startswith(words)]
    env = box.run("grub-editenv /boot/grub/grubenv list 2>/dev/null").stdout.splitlines()
    return next_boot_entry(lines, dict(line.partition("=")[::2] for line in env)) or kernels[0]


def test_the_kernels_that_run_and_boot_have_the_drivers_module(
    box: Host, kernels: list[str], version: str
) -> None:
    running = box.check_output("uname -r")
    for kernel in {next_kernel(box, kernels), *(k for k in kernels if k == running)}:
        found = box.run(MODULES.format(kernel=kernel)).stdout.split()
        assert version in found, f"no {version} module for kernel {kernel}: {found}"


def test_a_kernel_without_the_module_is_said_in_the_motd(
    box: Host, kernels: list[str], version: str
) -> None:
    told = box.run("run-parts /etc/update-motd.d 2>/dev/null").stdout
    if version not in box.run(MODULES.format(kernel=kernels[0])).stdout.split():
        assert kernels[0] in told, f"the motd does not say that {kernels[0]} has no module"


def test_the_driver_stood_its_first_boot(box: Host, kernels: list[str]) -> None:
    said = box.run("cat /var/lib/dlbox/driver-returned").stdout
    assert not said, f"the driver did not stand its first boot: {said}"


def test_headers_come_along_with_the_next_kernel(box: Host, kernels: list[str]) -> None:
    said = box.check_output(
        "dpkg-query -W -f '${db:Status-Abbrev}${Package}\\n' 'linux-image-*'"
    )
    installed = [line.split()[1] for line in said.splitlines() if line.split()[0][1] == "i"]
    metas = [name for name in installed if not any(c.isdigit() for c in name.split("amd64")[0])]
    manual = box.check_output("apt-mark showmanual").split()
    for meta in metas:
        headers = meta.replace("image", "headers")
        assert headers in manual, f"{headers} is missing, or may be autoremoved"


def test_no_other_driver_gets_the_card_from_the_initramfs(
    box: Host, kernels: list[str]
) -> None:
    initrd = f"/boot/initrd.img-{next_kernel(box, kernels)}"
    if not box.file(initrd).exists or not box.exists("lsinitramfs"):
        pytest.skip("the kernel that boots has no initramfs")
    held = box.check_output(f"lsinitramfs {initrd}").splitlines()
    others = [name for name in held if "/nouveau.ko" in name or "/nova_core.ko" in name]
    barred = any(name.endswith("etc/modprobe.d/dlbox-nvidia.conf") for name in held)
    assert barred or not others, f"{initrd} can load {others}"
