"""A machine boots through GRUB into the kernel that GRUB was told, and comes back from anything."""

from __future__ import annotations

import re
import time

from tests.vm.base_machine import Plain
from tests.vm.layout import ROOT_UUID
from tests.vm.machine import Machine

ENTRY = "gnulinux-advanced-{0}>gnulinux-{1}-advanced-{0}"
PRIVILEGES = "stat -c '%n %a %U:%G' /usr/bin/passwd /usr/bin/sudo /etc/shadow /usr/bin/chage"


def kernel(machine: Machine) -> str:
    return machine.run("uname", "-r").stdout.strip()


def entries(machine: Machine) -> list[str]:
    menu = machine.run("cat", "/boot/grub/grub.cfg").stdout
    return re.findall(r"menuentry_id_option '([^']+)'", menu)


def test_grub_boots_the_newest_kernel_from_its_own_disk(machine: Machine, plain: Plain) -> None:
    assert kernel(machine) == plain.new
    told = machine.run("cat", "/proc/cmdline").stdout
    assert told.startswith(f"BOOT_IMAGE=/boot/vmlinuz-{plain.new} root=UUID={ROOT_UUID} ro ")
    assert machine.run("findmnt", "-no", "SOURCE,FSTYPE", "/").stdout.split() == [
        "/dev/vda2",
        "ext4",
    ]
    assert machine.run("systemctl", "is-system-running", check=False).stdout == "running\n"
    assert machine.run("systemd-detect-virt", "--container", check=False).stdout == "none\n"


def test_owners_and_modes_survive(machine: Machine) -> None:
    assert machine.run("sh", "-c", PRIVILEGES).stdout.splitlines() == [
        "/usr/bin/passwd 4755 root:root",
        "/usr/bin/sudo 4755 root:root",
        "/etc/shadow 640 root:shadow",
        "/usr/bin/chage 2755 root:shadow",
    ]


def test_apt_reaches_its_archive(machine: Machine) -> None:
    told = machine.run("apt-get", "update", "-o", "APT::Update::Error-Mode=any").stdout
    assert "trixie InRelease" in told


def test_update_grub_keeps_the_ids_of_the_entries(machine: Machine, plain: Plain) -> None:
    before = entries(machine)
    assert f"gnulinux-{plain.old}-advanced-{ROOT_UUID}" in before
    machine.run("update-grub")
    assert machine.run("grub-probe", "--target=device", "/").stdout == "/dev/vda2\n"
    assert machine.run("dpkg-divert", "--list", "/usr/sbin/grub-probe").stdout == ""
    assert entries(machine) == before


def test_a_reboot_brings_the_kernel_that_grub_set_default_names(
    machine: Machine, plain: Plain
) -> None:
    before = machine.reboot_id()
    saved = "/etc/default/grub.d/saved.cfg"
    machine.run("tee", saved, input="GRUB_DEFAULT=saved\n")
    machine.run("update-grub")
    machine.run("grub-set-default", ENTRY.format(ROOT_UUID, plain.old))
    machine.reboot()
    assert machine.reboot_id() != before
    assert kernel(machine) == plain.old


def test_a_power_cut_loses_what_was_not_written_and_nothing_else(machine: Machine) -> None:
    before = machine.reboot_id()
    machine.run("sh", "-c", "echo kept >/root/kept && sync && echo lost >/root/lost")
    machine.power_cut()
    assert not machine.is_on
    machine.start()
    machine.wait_for_ssh()
    assert machine.reboot_id() != before
    assert machine.run("cat", "/root/kept").stdout == "kept\n"
    assert machine.run("cat", "/root/lost", check=False).stdout == ""


def test_a_snapshot_brings_back_what_was(machine: Machine, plain: Plain) -> None:
    changed = machine.reboot_id()
    machine.restore(plain.snapshot)
    assert machine.reboot_id() != changed
    assert kernel(machine) == plain.new
    assert machine.run("ls", "/root/kept", check=False).returncode == 2
    drift = float(machine.run("date", "+%s").stdout) - time.time()
    assert abs(drift) < 30


def test_a_reboot_that_never_comes_back_leaves_the_machine_off(
    machine: Machine, plain: Plain
) -> None:
    machine.restore(plain.snapshot, no_reboot=True)
    machine.run("systemctl", "reboot", "--force", check=False)
    machine.ssh.hang_up()
    machine.power.ended(120)
    assert not machine.is_on
