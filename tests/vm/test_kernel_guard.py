"""Debian 13's open modules on two kernels, one of which they do not compile on: no interruption, no bad boot."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.cli import ROOT, changed, dlbox
from tests.vm.disk import make_disk
from tests.vm.machine import Machine
from tests.vm.provisioned import Provisioned, provisioned
from tests.vm.qemu import Hardware

OPEN = {"nvidia_driver_flavour": "open"}
MORE = {"base_packages": ["emacs-nox", "htop"]}
"""Packages that take their time to be unpacked."""
YET_MORE = {"base_packages": [*MORE["base_packages"], "ncdu"]}
CHECKS = "nvidia_driver or packages or base"
DEFAULT = 'sed -n "s/^GRUB_DEFAULT=\'.*gnulinux-\\(.*\\)-advanced-.*/\\1/p" /etc/default/grub.d/dlbox-kernel.cfg'
HALFWAY = "until dpkg-query -W -f '${Status}\\n' | grep -q ' half-installed\\| unpacked'; do sleep 0.2; done; sync"
UNFINISHED = "dpkg-query -W -f '${Status} ${Package}\\n' | grep -v ' installed \\| config-files ' || true"
ERROR = "too few arguments to function 'pci_resize_resource'"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provisioned]:
    with provisioned(tmp_path_factory.mktemp("provisioned")) as made:
        yield made


def test_the_kernel_that_the_modules_compile_on_becomes_the_boot_default(
    made: Provisioned,
) -> None:
    run = made.up(**OPEN)
    assert run.returncode == 0, run.stdout[-4000:]
    assert made.said("dpkg --audit") == ""
    assert f"do not compile on kernel {made.bad}" in run.stdout
    assert f"{made.good} boots, and is held" in run.stdout
    assert made.said(DEFAULT) == f"{made.good}\n"
    assert made.said("dkms status").splitlines() == [
        f"nvidia-current-open/550.163.01, {made.good}, x86_64: installed"
    ]
    assert f"linux-image-{made.good}" in made.said("apt-mark showhold").split()


def test_the_owner_is_told_and_nothing_moves(made: Provisioned) -> None:
    motd = made.said("run-parts /etc/update-motd.d")
    assert f"kernel {made.bad} has no NVIDIA module 550.163.01" in motd
    assert ERROR in motd
    again = made.up(**OPEN)
    assert (again.returncode, changed(again.stdout)) == (0, []), again.stdout[-3000:]
    for order in ("dist-upgrade", "autoremove"):
        said = made.said(f"apt-get -s {order}")
        moved = re.findall(r"^(?:Inst|Remv) (\S+)", said, re.MULTILINE)
        assert not [name for name in moved if "nvidia" in name or made.good in name]
    proof = made.verify(CHECKS, **OPEN)
    assert proof.returncode == 0, proof.stdout[-5000:]


def test_a_kernel_that_arrives_is_tried_before_dpkg_has_to_know(made: Provisioned) -> None:
    """A security update of the kernel, as unattended-upgrades would bring it."""
    later = other_kernel(made)
    run = made.box.run(
        "sh", "-c",
        "DEBIAN_FRONTEND=noninteractive apt-get -q -y install --no-install-recommends "
        f"linux-image-{later} linux-headers-{later}",
        timeout=1500,
    )  # fmt: skip
    assert f"nvidia-current-open 550.163.01 on kernel {later}: " in run.stdout
    assert ERROR in run.stdout
    assert made.said("dpkg --audit") == ""
    assert made.said(DEFAULT) == f"{made.good}\n"
    mark = f"/var/lib/dlbox/modules/refused/nvidia-current-open-550.163.01/{later}"
    assert ERROR in made.said(f"cat {mark}")
    assert made.verify("kernels", **OPEN).returncode == 0


def other_kernel(made: Provisioned) -> str:
    """Return a kernel of this release that is not installed, whose headers are to be had."""
    names = made.said("apt-cache search --names-only '^linux-headers-.*\\+deb13(.1)?-amd64$'")
    kernels = [line.split()[0].removeprefix("linux-headers-") for line in names.splitlines()]
    return next(kernel for kernel in kernels if kernel != made.bad)


@pytest.fixture(scope="module")
def machine(
    made: Provisioned, key: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Machine]:
    disk = tmp_path_factory.mktemp("driver") / "driver.raw"
    make_disk(made.box, disk, key.with_suffix(".pub").read_text(encoding="utf-8"))
    machine = Machine("driver", disk, key, Hardware(memory_mb=2048))
    try:
        machine.start()
        machine.wait_for_ssh()
        yield machine
    finally:
        machine.remove()


def test_the_machine_boots_the_chosen_kernel(machine: Machine, made: Provisioned) -> None:
    assert machine.run("uname", "-r").stdout.strip() == made.good
    machine.run("systemctl", "is-system-running", "--wait", check=False)
    failed = machine.run("systemctl", "--failed", "--no-legend", "--plain").stdout
    # Both want the module, which does not stay loaded where there is no card.
    no_card = {"nvidia-persistenced.service", "systemd-modules-load.service"}
    assert {line.split()[0] for line in failed.splitlines()} <= no_card, failed
    loaded = machine.run("lsmod").stdout
    assert not re.search(r"^(nouveau|nova_core|nova_drm) ", loaded, re.MULTILINE)


def test_the_module_loads_and_says_that_there_is_no_gpu(machine: Machine) -> None:
    run = machine.run("modprobe", "nvidia", check=False)
    assert "No such device" in run.stderr
    assert "NVRM: No NVIDIA GPU found." in machine.run("dmesg").stdout


def test_verify_is_green_on_the_machine(machine: Machine, made: Provisioned) -> None:
    boxes = machine.inventory(made.folder, **made.knobs(**OPEN))
    proof = dlbox("verify", boxes, "--", "-k", CHECKS)
    assert proof.returncode == 0, proof.stdout[-5000:]


def test_a_power_cut_in_the_middle_of_up_is_made_up_for(
    machine: Machine, made: Provisioned
) -> None:
    knobs = made.knobs(**OPEN, **MORE)
    boxes = machine.inventory(made.folder, **knobs)
    with started(boxes) as up:
        machine.run("sh", "-c", HALFWAY, timeout=900)
        machine.power_cut()
        up.kill()
    machine.start()
    machine.wait_for_ssh()
    assert machine.run("dpkg", "--audit").stdout + machine.run("sh", "-c", UNFINISHED).stdout
    run = dlbox("up", boxes, "-y")
    assert run.returncode == 0, run.stdout[-4000:]
    assert machine.run("dpkg", "--audit").stdout == ""
    assert machine.run("sh", "-c", UNFINISHED).stdout == ""
    assert machine.run("htop", "--version").stdout


def started(boxes: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "dlbox.cli", "up", str(boxes), "-y"],
        cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True,
    )  # fmt: skip


def test_a_reboot_by_somebody_else_is_told_and_made_up_for(
    machine: Machine, made: Provisioned
) -> None:
    boxes = machine.inventory(made.folder, **made.knobs(**OPEN, **YET_MORE))
    with started(boxes) as up:
        machine.run("sh", "-c", "until pgrep -x apt-get; do sleep 0.2; done", timeout=900)
        # Past logind, which apt asks to hold shutdowns off while dpkg is at work.
        machine.run("systemctl", "reboot", "--force", check=False)
        said, _ = up.communicate(timeout=900)
    assert up.returncode == 1, said[-3000:]
    assert re.search(r"box rebooted during the run \(boot id \S+->\S+\)", said), said[-3000:]
    machine.ssh.hang_up()
    machine.wait_for_ssh()
    run = dlbox("up", boxes, "-y")
    assert run.returncode == 0, run.stdout[-4000:]
    assert machine.run("dpkg", "--audit").stdout == ""
    assert machine.run("ncdu", "--version").stdout


def test_a_driver_in_use_is_left_alone_and_nobody_is_hurt(
    machine: Machine, made: Provisioned
) -> None:
    """A stand-in module with a count of its users, of another version than what is installed."""
    load(machine, made, "550.90.07")
    machine.run("sh", "-c", "useradd -m alice; chmod 666 /dev/nvidia0")
    machine.run("su", "alice", "-c", "nohup sleep 100000 </dev/nvidia0 >/dev/null 2>&1 & echo")
    boxes = machine.inventory(
        made.folder, **made.knobs(**YET_MORE), nvidia_driver_version="550"
    )
    before = machine.run("dpkg-query", "-W").stdout
    run = dlbox("up", boxes, "-y")
    assert run.returncode == 1, run.stdout[-4000:]
    assert re.search(
        r"deferred +the driver change is deferred: the GPU is in use by pid \d+ alice sleep 100000 \(",
        run.stdout,
    )
    assert machine.run("dpkg-query", "-W").stdout == before
    assert machine.run("pgrep", "-u", "alice", "sleep").stdout
    proof = dlbox("verify", boxes, "--", "-k", "loaded_module")
    assert proof.returncode == 1
    assert "loaded 550.90.07, installed 550.163.01: reboot" in proof.stdout


def load(machine: Machine, made: Provisioned, version: str) -> None:
    """Compile the stand-in where it is quick, and load it on the machine."""
    made.box.copy_in(Path(__file__).parent / "standin", "/srv/standin")
    made.box.run("make", "-C", "/srv/standin", f"KVER={made.good}", f"VERSION={version}")
    module = made.folder / "nvidia.ko"
    module.write_bytes(b"")
    made.box.engine.call("cp", f"{made.box.name}:/srv/standin/nvidia.ko", str(module))
    machine.copy_in(module, "/srv/nvidia.ko")
    machine.run("insmod", "/srv/nvidia.ko")
