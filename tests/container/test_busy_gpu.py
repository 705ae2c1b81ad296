"""Who holds the GPU: real processes and real units; only the kernel's modules are played."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator

import pytest

from dlbox.sandbox.container import Container, start
from dlbox.sandbox.engine import engine
from dlbox.sandbox.image import image
from dlbox.sandbox.mounts import Mount
from roles.nvidia_driver.in_use.commands import restore_services, run_unloaded, wait_command
from roles.nvidia_driver.in_use.facts import GpuHolders, GpuUse, Holder, blocker, format_users

ID = "3f2a9c" + "0" * 58
UNIT = """\
[Unit]
{unit}
[Service]
ExecStart=/bin/bash -c 'exec 3</dev/nvidia0; exec -a {name} sleep infinity'
ExecStartPost=/bin/sh -c 'echo start {name} >>/run/order'
ExecStop=/bin/sh -c 'echo stop {name} >>/run/order'
{service}
"""
# The kernel's part, which a container has not: counts, and the refusal of what is in use.
RMMOD = """#!/bin/sh
echo "rmmod $*" >>/run/order
cd /sys/module && [ "$(cat "$1/refcnt")" = 0 ] || { echo "rmmod: $1 is in use" >&2; exit 1; }
rm -r "$1"
[ "$1" != nvidia_uvm ] || { rm nvidia/holders/nvidia_uvm; echo 0 >nvidia/refcnt; }
"""
MODPROBE = """#!/bin/sh
echo "modprobe $*" >>/run/order
mkdir -p "/sys/module/$1/holders"; echo 0 >"/sys/module/$1/refcnt"
[ "$1" != nvidia ] || cp /run/version /sys/module/nvidia/version
[ "$1" != nvidia_uvm ] || { touch /sys/module/nvidia/holders/nvidia_uvm; echo 1 >/sys/module/nvidia/refcnt; }
"""
DPKG_QUERY = """#!/bin/sh
case " $* " in *" libcuda1 "*) echo "libcuda1:amd64 $(cat /run/version)-1" ;; *) exit 1 ;; esac
"""


def shell(box: Container, text: str, *, check: bool = True) -> subprocess.CompletedProcess[str]:
    return box.run("sh", "-c", text, check=check)


def look(box: Container) -> GpuUse:
    text = GpuHolders().command()
    return GpuHolders().process(shell(box, text).stdout.splitlines())


def by_hand(
    box: Container, user: str, name: str, *, before: str = "", ends_s: int = 900
) -> int:
    """Start a process that holds the card; return its pid."""
    hold = f'echo $$ >/tmp/pid; exec -a "{name}" sleep {ends_s}'
    text = f"{before} setpriv --reuid {user} --clear-groups bash -c '{hold}' 3</dev/nvidia0"
    shell(box, f"rm -f /tmp/pid; ({text}) >/dev/null 2>&1 </dev/null &")
    return int(shell(box, "until [ -s /tmp/pid ]; do sleep 0.1; done; cat /tmp/pid").stdout)


def install(box: Container, name: str, unit: str = "", service: str = "") -> None:
    text = UNIT.format(name=name, unit=unit, service=service)
    box.run("tee", f"/etc/systemd/system/{name}.service", input=text)


def active(box: Container, *names: str) -> list[str]:
    return box.run("systemctl", "is-active", *names, check=False).stdout.split()


def order(box: Container) -> list[str]:
    return shell(box, "cat /run/order; rm -f /run/order").stdout.splitlines()


@pytest.fixture(scope="module", params=["debian-13"])
def box(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Container]:
    os.environ.update(engine().environment())
    made = start(
        f"dlbox-test-busy-{request.param}",
        image(request.param),
        disposable=True,
        mounts=[Mount(tmp_path_factory.mktemp("module"), "/sys/module")],
        # As the root of a machine has it, to see what others have open.
        capabilities=["SYS_PTRACE"],
    )
    try:
        prepare(made)
        yield made
    finally:
        made.remove()


def prepare(box: Container) -> None:
    for name, text in (("rmmod", RMMOD), ("modprobe", MODPROBE), ("dpkg-query", DPKG_QUERY)):
        box.run("tee", f"/usr/local/sbin/{name}", input=text)
        box.run("chmod", "755", f"/usr/local/sbin/{name}")
    # A rootless engine makes no device; the links of /proc look the same with a file.
    shell(
        box,
        "mknod /dev/nvidia0 c 1 3 2>/dev/null || touch /dev/nvidia0; chmod 666 /dev/nvidia0",
    )
    shell(box, "useradd alice; useradd bob; echo 550.163.01 >/run/version")
    shell(box, "modprobe nvidia; modprobe nvidia_uvm")
    install(box, "nvidia-persistenced", "StartLimitIntervalSec=1h")
    install(box, "nvidia-dcgm", "After=nvidia-persistenced.service")
    install(box, "lab-api", "Requires=nvidia-persistenced.service")
    box.run("sed", "-i", "s|exec 3</dev/nvidia0; ||", "/etc/systemd/system/lab-api.service")
    start_services(box)


def start_services(box: Container) -> None:
    # systemd counts the starts of all tests.
    names = "nvidia-persistenced nvidia-dcgm lab-api"
    shell(box, f"systemctl reset-failed {names} 2>/dev/null; systemctl start {names}")


def free(box: Container) -> None:
    """Undo what a test left."""
    for holder in look(box).work:
        shell(box, f"kill {holder.pid}; while [ -d /proc/{holder.pid} ]; do sleep 0.1; done")
    shell(box, "echo 550.163.01 >/run/version; modprobe nvidia; modprobe nvidia_uvm")
    start_services(box)
    shell(box, "rm -f /run/order")


@pytest.fixture
def gpu(box: Container) -> Iterator[Container]:
    """Return the box with nobody's work on its card and all services up."""
    free(box)
    yield box
    free(box)


def test_services_are_not_work(gpu: Container) -> None:
    found = look(gpu)
    assert found.version == "550.163.01"
    assert {m.name: (m.references, m.dependents) for m in found.modules} == {
        "nvidia_uvm": (0, ()),
        "nvidia": (1, ("nvidia_uvm",)),
    }
    assert sorted((h.service, h.user, h.unit) for h in found.holders) == [
        ("nvidia-dcgm", "root", "nvidia-dcgm.service"),
        ("nvidia-persistenced", "root", "nvidia-persistenced.service"),
    ]
    assert blocker(found) == ""


def test_every_persons_work_is_seen(gpu: Container) -> None:
    alice = by_hand(gpu, "alice", "python train.py")
    screen = by_hand(gpu, "root", "/usr/lib/xorg/Xorg")
    inside = by_hand(
        gpu, "bob", "python serve.py", before=f"systemd-run --scope --unit=docker-{ID}"
    )
    daemon = by_hand(gpu, "root", "/usr/bin/nvidia-persistenced")
    found = {holder.pid: holder for holder in look(gpu).work}
    assert {pid: (h.user, h.command, h.container) for pid, h in found.items()} == {
        alice: ("alice", "python train.py 900", ""),
        screen: ("root", "/usr/lib/xorg/Xorg 900", ""),
        inside: ("bob", "python serve.py 900", "3f2a9c000000"),
        daemon: ("root", "/usr/bin/nvidia-persistenced 900", ""),
    }
    line = format_users([found[alice], found[inside]])
    assert f"pid {alice} alice python train.py 900 (" in line
    assert f"container 3f2a9c000000 pid {inside} bob python serve.py 900 (" in line


def test_age_is_told(gpu: Container) -> None:
    pid = by_hand(gpu, "alice", "python train.py")
    time.sleep(2)
    (holder,) = look(gpu).work
    assert holder == Holder(pid, "alice", "python train.py 900", holder.age_s)
    assert 2 <= holder.age_s < 60


def test_a_command_line_cannot_break_the_list(gpu: Container) -> None:
    pid = by_hand(gpu, "alice", r'$(printf "\033[2Jx\nholder 1 - /\nprocess \377")')
    (holder,) = look(gpu).work
    assert holder.pid == pid
    assert holder.command.isprintable()


def test_a_mapping_without_a_descriptor_counts(gpu: Container) -> None:
    # Nothing of a driver can be mapped here; the C library maps its locale from where it is told.
    shell(gpu, "mkdir -p /dev/nvidia-caps; cp -r /usr/lib/locale/C.utf8 /dev/nvidia-caps/")
    locale = "LOCPATH=/dev/nvidia-caps LC_ALL=C.utf8"
    shell(gpu, f"{locale} sleep 900 >/dev/null 2>&1 </dev/null &")
    assert [holder.command for holder in look(gpu).work] == ["sleep 900"]


def test_who_cannot_look_says_so(gpu: Container) -> None:
    less = ("setpriv", "--bounding-set=-sys_ptrace", "sh", "-c")
    text = GpuHolders().command()
    found = GpuHolders().process(gpu.run(*less, text).stdout.splitlines())
    assert found.blind
    assert not look(gpu).blind
    done = gpu.run(*less, run_unloaded("echo changed", "libcuda1").get_raw_value(), check=False)
    assert (done.returncode, done.stdout) == (75, "")
    assert gpu.run(*less, wait_command(5).get_raw_value(), check=False).returncode == 1


def change(box: Container, text: str) -> subprocess.CompletedProcess[str]:
    return shell(box, run_unloaded(text, "libcuda1").get_raw_value(), check=False)


DOWN = "systemctl is-active nvidia-dcgm nvidia-persistenced lab-api; ls /sys/module; "
AROUND = [
    "stop nvidia-dcgm",
    "stop nvidia-persistenced",
    "rmmod nvidia_uvm",
    "rmmod nvidia",
    "modprobe nvidia",
    "modprobe nvidia_uvm",
    "start nvidia-persistenced",
    "start nvidia-dcgm",
]


@pytest.mark.parametrize("status", [0, 1, 100])
def test_services_and_modules_come_back_however_it_ends(gpu: Container, status: int) -> None:
    done = change(gpu, f"{DOWN} echo 'it''s in'; exit {status}")
    assert done.returncode == status
    assert done.stdout.split("\n") == ["inactive", "inactive", "active", "its in", ""]
    assert done.stderr == ""
    assert order(gpu) == AROUND
    assert active(gpu, "nvidia-dcgm", "nvidia-persistenced", "lab-api") == ["active"] * 3
    assert look(gpu).stopped == ()


def test_a_service_that_did_not_run_is_not_started(gpu: Container) -> None:
    gpu.run("systemctl", "stop", "nvidia-dcgm")
    assert change(gpu, "true").returncode == 0
    assert active(gpu, "nvidia-dcgm", "nvidia-persistenced") == ["inactive", "active"]


def test_a_service_that_packages_started_too_often_comes_back(gpu: Container) -> None:
    done = change(gpu, "for i in 1 2 3 4 5 6; do systemctl restart nvidia-persistenced; done")
    assert done.returncode == 1  # systemd refused the last of them
    assert active(gpu, "nvidia-persistenced") == ["active"]


def begin(box: Container, text: str) -> str:
    """Begin a change in the background, and return the pid of its shell once it runs."""
    command = run_unloaded(f"echo $PPID >/tmp/shell; {text}", "libcuda1").get_raw_value()
    shell(box, "rm -f /tmp/shell /tmp/done")
    box.run("tee", "/tmp/change", input=f"exec {command}")  # noqa: S108 - of the box
    shell(box, "(setsid sh /tmp/change; echo $? >/tmp/done) >/dev/null 2>&1 </dev/null &")
    return shell(
        box, "until [ -s /tmp/shell ]; do sleep 0.1; done; cat /tmp/shell"
    ).stdout.strip()


def end(box: Container) -> str:
    return shell(
        box, "until [ -s /tmp/done ]; do sleep 0.1; done; cat /tmp/done"
    ).stdout.strip()


def test_a_signal_to_all_of_it_brings_them_back(gpu: Container) -> None:
    pid = begin(gpu, "sleep 900")
    assert active(gpu, "nvidia-persistenced") == ["inactive"]
    shell(gpu, f"kill -TERM -{pid}")
    assert end(gpu) == "143"
    assert active(gpu, "nvidia-dcgm", "nvidia-persistenced") == ["active", "active"]


def test_a_signal_does_not_cut_the_step_in_progress(gpu: Container) -> None:
    pid = begin(
        gpu, "until [ -e /tmp/go ]; do sleep 0.1; done; rm /tmp/go; echo whole >/tmp/step"
    )
    shell(gpu, f"kill -TERM {pid}; sleep 0.5; touch /tmp/go")
    assert end(gpu) == "143"
    assert shell(gpu, "cat /tmp/step; rm /tmp/step").stdout == "whole\n"
    assert active(gpu, "nvidia-dcgm", "nvidia-persistenced") == ["active", "active"]


def test_what_a_killed_run_stopped_is_known_and_comes_back(gpu: Container) -> None:
    pid = begin(gpu, "sleep 900")
    shell(gpu, f"kill -KILL -{pid}")
    assert end(gpu) == "137"
    assert look(gpu).stopped == ("nvidia-persistenced", "nvidia-dcgm")
    done = shell(gpu, restore_services().get_raw_value())
    assert (done.stdout, done.stderr) == ("", "")
    assert order(gpu) == AROUND
    assert look(gpu).stopped == ()


def test_work_is_not_touched_and_nor_is_anything_else(gpu: Container) -> None:
    pid = by_hand(gpu, "alice", "python train.py")
    done = change(gpu, "echo changed")
    assert (done.returncode, done.stdout) == (75, "")
    assert done.stderr == f"the GPU is in use by pid {pid}; the driver was not changed\n"
    assert shell(gpu, "cat /run/order", check=False).stdout == ""
    assert [holder.pid for holder in look(gpu).work] == [pid]


def test_a_module_that_stays_keeps_the_change_from_beginning(gpu: Container) -> None:
    shell(gpu, "echo 2 >/sys/module/nvidia/refcnt")
    shell(gpu, "sed -i 's/echo 0 >nvidia/echo 1 >nvidia/' /usr/local/sbin/rmmod")
    try:
        done = change(gpu, "echo changed")
    finally:
        shell(gpu, "sed -i 's/echo 1 >nvidia/echo 0 >nvidia/' /usr/local/sbin/rmmod")
    assert (done.returncode, done.stdout) == (75, "")
    assert done.stderr.splitlines() == [
        "rmmod: nvidia is in use",
        "the driver's services or modules cannot be stopped; the driver was not changed",
    ]
    assert order(gpu)[-3:] == [
        "modprobe nvidia_uvm",
        "start nvidia-persistenced",
        "start nvidia-dcgm",
    ]


def test_the_new_module_is_loaded(gpu: Container) -> None:
    done = change(gpu, "echo 580.178.04 >/run/version")
    assert (done.returncode, done.stderr) == (0, "")
    assert look(gpu).version == "580.178.04"


def test_an_old_module_that_came_back_is_taken_out_again(gpu: Container) -> None:
    early = "systemctl start nvidia-persistenced; modprobe nvidia; echo 590.1 >/run/version"
    done = change(gpu, early)
    assert (done.returncode, done.stderr) == (0, "")
    assert look(gpu).version == "590.1"
    assert active(gpu, "nvidia-dcgm", "nvidia-persistenced") == ["active", "active"]


def test_work_that_came_with_the_old_module_makes_a_reboot_pending(gpu: Container) -> None:
    early = "modprobe nvidia; sleep 900 </dev/nvidia0 >/dev/null 2>&1 & sleep 0.5"
    done = change(gpu, f"{early}; echo 595.1 >/run/version")
    assert done.returncode == 0
    assert (
        done.stderr
        == "reboot pending: module 550.163.01 is loaded, driver 595.1 is installed\n"
    )
    assert len(look(gpu).work) == 1
    assert active(gpu, "nvidia-dcgm", "nvidia-persistenced") == ["active", "active"]


def test_waiting_ends_with_the_work(gpu: Container) -> None:
    by_hand(gpu, "alice", "python train.py", ends_s=7)
    started = time.monotonic()
    done = shell(gpu, wait_command(60).get_raw_value())
    assert (done.stdout, done.stderr) == ("", "")
    assert 4 < time.monotonic() - started < 20


def test_waiting_says_whose_work_has_not_ended(gpu: Container) -> None:
    pid = by_hand(gpu, "alice", "python train.py")
    done = shell(gpu, wait_command(2).get_raw_value(), check=False)
    assert done.returncode == 1
    first, second = done.stderr.splitlines()
    assert first == "the GPU is still in use after 2 s:"
    assert second.startswith(f"pid {pid} alice python train.py 900 (")


def test_a_free_card_is_not_waited_for(gpu: Container) -> None:
    started = time.monotonic()
    assert shell(gpu, wait_command(600).get_raw_value()).returncode == 0
    assert time.monotonic() - started < 4
