"""First boots that fail, on a booted machine: a module that does not load, a kernel that dies.

The driver is a stub, and its module one of the kernel's own under the driver's name: it loads
wherever it is whole, and says a version. So there are two drivers, and each is there for two kernels.
"""

from __future__ import annotations

import base64
import lzma
import re
import time
from pathlib import Path

import pytest

from dlbox.host.apt import apt_transaction
from dlbox.shell import LIBRARY
from dlbox.state.manifest import FileContent
from roles.nvidia_driver.boot_trial.operations import START_TRIAL, save_packages
from roles.nvidia_driver.boot_trial.programs import programs
from roles.nvidia_driver.kernels.programs import HOME
from tests.support.archive.keys import make_key
from tests.support.archive.repository import flat
from tests.support.archive.stub import Stub
from tests.vm.base_machine import Plain
from tests.vm.layout import ROOT_UUID
from tests.vm.machine import Machine

GUARD = Path(__file__).parents[2] / "roles/nvidia_driver/kernels/programs"
SOURCE = "kernel/drivers/char/hangcheck-timer.ko.xz"
SIGNED = b"~Module signature appended~\n"
FIRST, SECOND = "0.9.1", "0.9.2"
MODULE = "/lib/modules/{}/updates/dkms/nvidia.ko"
ENTRY = "gnulinux-advanced-{0}>gnulinux-{1}-advanced-{0}"
STATE = "/var/lib/dlbox"


def module(packed: str, version: str) -> bytes:
    """Return hangcheck_timer 0.9.1 under the driver's name; changed, it is no longer a signed one."""
    data = lzma.decompress(base64.b64decode(packed)).removesuffix(SIGNED)
    for old, new in (("hangcheck_timer", "nvidia"), ("version=0.9.1", f"version={version}")):
        before = b"\0" + old.encode() + b"\0"
        assert data.count(before) == 1, old
        data = data.replace(before, b"\0" + new.encode().ljust(len(old), b"\0") + b"\0")
    return data


def driver(machine: Machine, plain: Plain, version: str) -> list[Stub]:
    files = {}
    for kernel in (plain.old, plain.new):
        packed = machine.run("base64", f"/lib/modules/{kernel}/{SOURCE}").stdout
        files[MODULE.format(kernel)] = module(packed, version)
    depmod = f"#!/bin/sh\nset -e\ndepmod -a {plain.old}\ndepmod -a {plain.new}\n"
    same = (f"libcuda1 (= {version}-1)",)
    built = Stub(
        "nvidia-kernel-dkms",
        f"{version}-1",
        depends=same,
        files=files,
        scripts={"postinst": depmod},
    )
    return [built, Stub("libcuda1", f"{version}-1")]


def shell(machine: Machine, text: str) -> str:
    return machine.run("sh", "-ec", text).stdout


def change(machine: Machine, version: str) -> None:
    """Change the driver as the closure does."""
    asked = apt_transaction(
        dict.fromkeys(("nvidia-kernel-dkms", "libcuda1"), f"{version}-1"), []
    )
    said = save_packages(asked).get_raw_value()
    hold = "apt-mark hold nvidia-kernel-dkms libcuda1"
    shell(machine, f"{said}; {asked.install}; {hold}; {START_TRIAL}")


def installed(machine: Machine) -> list[str]:
    query = "dpkg-query -W -f '${db:Status-Abbrev} ${Version}\\n' nvidia-kernel-dkms libcuda1"
    return shell(machine, query).splitlines()


def read(machine: Machine, path: str) -> str:
    return machine.run("cat", path, check=False).stdout


def kernel(machine: Machine) -> str:
    return machine.run("uname", "-r").stdout.strip()


def boots(machine: Machine) -> int:
    """Return how many kernels have come to speak so far."""
    return len(re.findall(r"Linux version 6\.", machine.serial))


def settled(machine: Machine, timeout: float = 600) -> None:
    """Wait until no boot is on trial and nothing is being started or stopped."""
    end = time.monotonic() + timeout
    judged = f"! [ -e {STATE}/boot-trial ] && systemctl is-system-running | grep -qE 'running|degraded'"
    # It asks itself: each login is emulated too. Where it reboots, the connection ends with it.
    wait = f"until {judged}; do sleep 1; done"
    while machine.run("timeout", "60", "sh", "-c", wait, check=False, timeout=90).returncode:
        assert time.monotonic() < end, machine.serial[-3000:]
        machine.ssh.hang_up()
        time.sleep(1)


def corrupt(machine: Machine, of: str) -> None:
    """Have a module that is there, says the right version, and is of a kernel built in another way."""
    machine.run("sed", "-i", "s/mod_unload/mod_refuse/", MODULE.format(of))


@pytest.fixture(scope="module", autouse=True)
def first(machine: Machine, plain: Plain, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Give the machine the first driver, which runs."""
    key = make_key(None, "stub archive of dlbox's tests")
    stubs = [*driver(machine, plain, FIRST), *driver(machine, plain, SECOND)]
    machine.copy_in(
        flat(tmp_path_factory.mktemp("stubs") / "archive", stubs, key), "/srv/archive"
    )
    guard = {f"{HOME}/lib.sh": FileContent(LIBRARY)} | {
        f"{HOME}/{name}": FileContent((GUARD / name).read_text(encoding="utf-8"), mode)
        for name, mode in (("kernels", "644"), ("kernel-guard", "755"))
    }
    for path, file in (programs() | guard).items():
        machine.run("install", "-D", "-m", file.mode, "/dev/stdin", path, input=file.text)
    machine.run("install", "-D", "/dev/stdin", "/etc/dlbox/driver-package", input="libcuda1\n")
    shell(
        machine,
        "rm -rf /etc/apt/sources.list /etc/apt/sources.list.d/*;"
        "echo 'deb [trusted=yes] copy:/srv/archive ./' >/etc/apt/sources.list.d/stub.list;"
        f"apt-get -q update; apt-get -qy install nvidia-kernel-dkms={FIRST}-1 libcuda1={FIRST}-1;"
        "apt-mark hold nvidia-kernel-dkms libcuda1; modprobe nvidia;"
        f"mkdir -p {STATE}; echo distro >{STATE}/driver-source;"
        "systemctl daemon-reload; systemctl enable dlbox-driver-check",
    )
    assert read(machine, "/sys/module/nvidia/version") == f"{FIRST}\n"


def test_a_module_that_does_not_load_brings_the_driver_before_back(
    machine: Machine, plain: Plain
) -> None:
    before = boots(machine)
    change(machine, SECOND)
    corrupt(machine, plain.new)
    machine.reboot()
    settled(machine)
    assert installed(machine) == [f"hi  {FIRST}-1", f"hi  {FIRST}-1"]
    assert read(machine, "/sys/module/nvidia/version") == f"{FIRST}\n"
    assert machine.run("dpkg", "--audit").stdout == ""
    notice = read(machine, f"{STATE}/notices/driver")
    assert notice.startswith(
        f"driver {SECOND} (nvidia-kernel-dkms) did not stand its first boot (kernel {plain.new}: "
        "the module does not load: modprobe: ERROR: could not insert 'nvidia': Exec format error)"
    )
    assert notice.endswith(f"; the box went back to {FIRST} (nvidia-kernel-dkms)\n")
    assert f"failed nvidia-kernel-dkms {SECOND}-1\n" in read(
        machine, f"{STATE}/driver-returned"
    )
    # The module that fits loads by itself: no second reboot.
    assert boots(machine) == before + 1


def test_a_kernel_that_dies_before_it_can_tell_boots_once(
    machine: Machine, plain: Plain
) -> None:
    machine.run("grub-reboot", ENTRY.format(ROOT_UUID, plain.old))
    machine.reboot()
    assert kernel(machine) == plain.old
    change(machine, SECOND)
    image = f"/boot/initrd.img-{plain.new}"
    shell(machine, f"cp {image} /root/kept; echo no initramfs >{image}; sync")
    before = machine.serial.count("Kernel panic")
    machine.run("systemctl", "reboot", check=False)
    machine.ssh.hang_up()
    end = time.monotonic() + 300
    while machine.serial.count("Kernel panic") == before:
        assert time.monotonic() < end, machine.serial[-3000:]
        time.sleep(1)
    machine.power_cut()
    machine.start()
    machine.wait_for_ssh()
    settled(machine)
    assert kernel(machine) == plain.old
    # The driver is not to blame.
    assert installed(machine) == [f"hi  {SECOND}-1", f"hi  {SECOND}-1"]
    assert read(machine, "/sys/module/nvidia/version") == f"{SECOND}\n"
    assert read(machine, f"{STATE}/notices/driver") == (
        f"kernel {plain.new} was to boot with driver {SECOND}, and {plain.old} did; kernel {plain.old} boots until "
        "/opt/dlbox/driver/fallback forget lets the newest boot again\n"
    )
    default = read(machine, "/etc/default/grub.d/dlbox-kernel.cfg")
    assert default == f"GRUB_DEFAULT='{ENTRY.format(ROOT_UUID, plain.old)}'\n"
    assert f"linux-image-{plain.old}" in machine.run("apt-mark", "showhold").stdout.split()
    machine.run("mv", "/root/kept", image)


def test_a_driver_that_fails_on_a_new_kernel_takes_the_box_back_to_both(
    machine: Machine, plain: Plain
) -> None:
    before = boots(machine)
    change(machine, FIRST)
    corrupt(machine, plain.new)
    machine.reboot()
    settled(machine)
    assert boots(machine) == before + 2
    assert kernel(machine) == plain.old
    assert installed(machine) == [f"hi  {SECOND}-1", f"hi  {SECOND}-1"]
    assert (
        f"did not stand its first boot (kernel {plain.new}: the module does not load"
        in read(machine, f"{STATE}/notices/driver")
    )
    machine.run("modprobe", "nvidia")
    assert read(machine, "/sys/module/nvidia/version") == f"{SECOND}\n"


def test_a_kernel_that_stands_becomes_the_boot_default(machine: Machine, plain: Plain) -> None:
    change(machine, FIRST)
    assert read(machine, f"{STATE}/driver-returned") == ""
    machine.reboot()
    settled(machine)
    assert kernel(machine) == plain.new
    assert read(machine, "/sys/module/nvidia/version") == f"{FIRST}\n"
    for gone in (
        f"{STATE}/kernel-known",
        f"{STATE}/notices/driver",
        "/etc/default/grub.d/dlbox-kernel.cfg",
    ):
        assert machine.run("test", "-e", gone, check=False).returncode == 1, gone
    assert "linux-image" not in machine.run("apt-mark", "showhold").stdout
    menu = read(machine, "/boot/grub/grub.cfg")
    assert 'set default="0"' in menu
    assert machine.run("grub-editenv", "-", "list").stdout == ""
