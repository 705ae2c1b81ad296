"""A machine with Secure Boot really on: what its kernel refuses, and what it loads once a person has enrolled the key."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Iterator

import pytest
import testinfra
from testinfra.host import Host

from dlbox.host.identity import IDENTITY
from dlbox.host.mok import READ_MOK, Mok, parse_mok
from dlbox.sandbox.container import start
from dlbox.sandbox.engine import engine
from dlbox.sandbox.image import image
from dlbox.sandbox.mounts import download_cache
from dlbox.verify.plugin import connection
from roles.nvidia_driver.secure_boot import verify
from roles.nvidia_driver.secure_boot.operations import ShimsWithoutMokManager
from tests.container.test_signing import APT, PACKAGES, build
from tests.vm.disk import make_disk
from tests.vm.layout import MIB
from tests.vm.machine import Machine
from tests.vm.prepare import prepare
from tests.vm.qemu import Hardware

# A keyboard, and the controller by which the firmware's own reset works.
KEYBOARD = ("-machine", "i8042=on")
MENUS = (
    ("Press any key to perform MOK management", ("ret",)),
    ("Enroll MOK", ("down", "ret")),
    ("View key 0", ("down", "ret")),
    ("Enroll the key", ("down", "ret")),
    ("Password:", (*"dlbox", "ret")),
    (r"  Reboot  ", ("ret",)),
)
"""What MokManager shows, and what a person at the console types."""


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """Start a machine with Microsoft's keys, shim and a signed GRUB, and a module of dkms."""
    os.environ.update(engine().environment())
    folder = tmp_path_factory.mktemp("secure")
    login = folder / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", login], check=True)
    box = start("dlbox-test-secure", image("debian-13"), mounts=download_cache("debian-13"))
    try:
        prepare(box, ["linux-image-cloud-amd64"])
        box.run(*APT, "--no-install-recommends", "mokutil", "openssl", *PACKAGES, timeout=900)
        build(box)
        public = login.with_suffix(".pub").read_text(encoding="utf-8")
        base = make_disk(box, folder / "secure.raw", public, size=6144 * MIB)
    finally:
        box.remove()
    made = Machine("secure", base, login, Hardware(secure_boot=True))
    try:
        made.start(extra=KEYBOARD)
        made.wait_for_ssh(600)
        yield made
    finally:
        made.remove()
        base.unlink()


@pytest.fixture
def checked(machine: Machine) -> Host:
    spec, options = connection("secure", machine.ssh.inventory())
    return testinfra.get_host(spec, **options)


def key(machine: Machine) -> Mok:
    return parse_mok(machine.run("sh", "-c", READ_MOK).stdout.strip().removeprefix("mok "))


def test_the_machine_says_that_secure_boot_is_on_and_its_key_is_made(machine: Machine) -> None:
    assert "secure_boot 1" in machine.run("sh", "-c", IDENTITY).stdout.splitlines()
    assert key(machine).state == "made"
    said = machine.run("runuser", "-u", "daemon", "--", "sh", "-c", READ_MOK).stdout
    assert said == "mok made /var/lib/dkms/mok.pub /var/lib/dkms/mok.key\n"


def test_the_kernel_keeps_a_module_out_whose_key_is_not_enrolled(
    machine: Machine, checked: Host
) -> None:
    done = machine.run("modprobe", "hello", check=False)
    assert done.returncode == 1
    assert "could not insert 'hello': Key was rejected by service" in done.stderr
    assert "Loading of module with unavailable key is rejected" in machine.run("dmesg").stdout
    with pytest.raises(AssertionError, match="not enrolled: sudo mokutil --import"):
        verify.test_the_kernel_knows_the_key(checked, key(machine))


def test_a_folder_without_mokmanager_is_found_and_completed(machine: Machine) -> None:
    look = ShimsWithoutMokManager().command()
    lacking = machine.run("sh", "-c", look).stdout.split()
    for folder in ("BOOT", "debian"):
        path = f"/boot/efi/EFI/{folder}"
        machine.run("rm", "-f", f"{path}/mmx64.efi")
        assert path in machine.run("sh", "-c", look).stdout.split()
        machine.run("cp", "/usr/lib/shim/mmx64.efi.signed", f"{path}/mmx64.efi")
    assert set(lacking) <= {"/boot/efi/EFI/BOOT", "/boot/efi/EFI/debian"}
    assert machine.run("sh", "-c", look).stdout == ""


def test_a_key_whose_enrolment_was_asked_for_waits(machine: Machine) -> None:
    said = machine.run(
        "mokutil", "--import", "/var/lib/dkms/mok.pub", input="dlbox\ndlbox\n", check=False
    )
    assert said.returncode == 0, said.stderr
    assert key(machine).state == "waiting"


def console(machine: Machine, since: int) -> str:
    return re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", machine.serial[since:])


def enrol(machine: Machine, since: int) -> None:
    """Do at the console what a person does there."""
    for menu, keys in MENUS:
        end = time.monotonic() + 600
        while not re.search(menu, console(machine, since)):
            assert time.monotonic() < end, f"no {menu!r} in {console(machine, since)[-2000:]}"
            time.sleep(0.5)
        since = len(machine.serial)
        for name in keys:
            machine.power.qmp("send-key", keys=[{"type": "qcode", "data": name}])
            time.sleep(0.7)


def test_an_enrolled_key_lets_the_module_in(machine: Machine, checked: Host) -> None:
    since = len(machine.serial)
    machine.run("systemctl", "reboot", check=False)
    machine.ssh.hang_up()
    enrol(machine, since)
    machine.wait_for_ssh(600)
    assert key(machine).state == "enrolled"
    machine.run("modprobe", "hello")
    assert machine.run("cat", "/sys/module/hello/initstate").stdout == "live\n"
    verify.test_the_kernel_knows_the_key(checked, key(machine))
    verify.test_the_key_is_roots_alone(checked, key(machine))
    found = verify.signers(checked, "hello.ko*")
    verify.test_every_module_is_signed_by_the_boxs_own_key(checked, key(machine), found)


def test_an_enrolled_key_lets_nothing_else_in(machine: Machine) -> None:
    machine.run("rmmod", "hello")
    machine.run("sh", "-c", "xz -dc $(modinfo -n hello) >/root/hello.ko")
    machine.run("strip", "--strip-debug", "/root/hello.ko")
    done = machine.run("insmod", "/root/hello.ko", check=False)
    assert done.returncode == 1
    assert "Key was rejected by service" in done.stderr
