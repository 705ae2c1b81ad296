"""Who holds the GPU, whose work it is, and what a person is told: literals in, literals out."""

import pytest
from pyinfra.api.exceptions import FactProcessError

from roles.nvidia_driver.in_use.commands import SERVICES
from roles.nvidia_driver.in_use.facts import (
    GpuHolders,
    GpuUse,
    Holder,
    Module,
    age,
    blocker,
    format_users,
    parse_use,
)
from roles.nvidia_driver.in_use.policy import BusyPolicy, parse_policy

ID = "3f2a9c" + "0" * 58
PRINTED = f"""\
module nvidia_uvm 2 *
module nvidia_modeset 1 nvidia_drm
module nvidia 37 nvidia_uvm nvidia_modeset
version 550.163.01
holder 7 - /system.slice/docker-{ID}.scope
holder 99 - /user.slice/user-1000.slice/session-2.scope
holder 1200 nvidia-persistenced /system.slice/nvidia-persistenced.service
holder 4242 - /user.slice/user-1000.slice/user@1000.service/app.slice/nvidia-persistenced.service
holder 4300 - /lxc.payload.lab one/system.slice/train.service
process       7    11000 1001                             python serve.py
process      99   200000 root                             /usr/lib/xorg/Xorg :0 -auth /run/x
process    1200    90000 nvpd                             /usr/bin/nvidia-persistenced --user nvpd
process    4242     7300 alice                            /usr/bin/python3 train.py --epochs 300
stopped nvidia-dcgm
"""


def test_the_fact_is_read() -> None:
    assert GpuHolders().process(PRINTED.splitlines()) == GpuUse(
        version="550.163.01",
        modules=(
            Module("nvidia_uvm", 2, ()),
            Module("nvidia_modeset", 1, ("nvidia_drm",)),
            Module("nvidia", 37, ("nvidia_uvm", "nvidia_modeset")),
        ),
        holders=(
            Holder(
                pid=7,
                user="1001",
                command="python serve.py",
                age_s=11000,
                unit=f"docker-{ID}.scope",
                container="3f2a9c000000",
            ),
            Holder(
                99, "root", "/usr/lib/xorg/Xorg :0 -auth /run/x", 200000, "", "session-2.scope"
            ),
            Holder(
                pid=1200,
                user="nvpd",
                command="/usr/bin/nvidia-persistenced --user nvpd",
                age_s=90000,
                service="nvidia-persistenced",
                unit="nvidia-persistenced.service",
            ),
            Holder(
                pid=4242,
                user="alice",
                command="/usr/bin/python3 train.py --epochs 300",
                age_s=7300,
                unit="user@1000.service",
            ),
            Holder(4300, "?", "?", 0, "", "train.service", "lab one"),
        ),
        stopped=("nvidia-dcgm",),
    )


def test_only_work_counts() -> None:
    assert [holder.pid for holder in parse_use(PRINTED.splitlines()).work] == [
        7,
        99,
        4242,
        4300,
    ]


def test_nonsense_is_one_line() -> None:
    with pytest.raises(FactProcessError, match="cannot make out who holds the GPU"):
        GpuHolders().process(["holder many - /"])


def test_a_box_that_cannot_look_says_so() -> None:
    assert parse_use(["blind"]) == GpuUse(blind=True)


@pytest.mark.parametrize(
    ("group", "container"),
    [
        (f"/docker/{ID}", "3f2a9c000000"),
        (f"/machine.slice/libpod-{ID}.scope/container", "3f2a9c000000"),
        (
            f"/kubepods.slice/kubepods-besteffort.slice/cri-containerd-{ID}.scope",
            "3f2a9c000000",
        ),
        ("/machine.slice/machine-lab.scope/payload", "lab"),
        ("/lxc/lab", "lab"),
        ("/system.slice/train.service", ""),
    ],
)
def test_a_container_is_known_by_its_group(group: str, container: str) -> None:
    assert parse_use([f"holder 7 - {group}"]).holders[0].container == container


def test_a_person_is_told_who() -> None:
    assert format_users(parse_use(PRINTED.splitlines()).work) == (
        "pid 99 root Xorg :0 -auth /run/x (2 d), "
        "container 3f2a9c000000 pid 7 1001 python serve.py (3 h), "
        "pid 4242 alice python3 train.py --epochs 300 (2 h) and 1 more"
    )


def test_a_command_line_cannot_paint_on_the_screen() -> None:
    sly = Holder(7, "eve", "\x1b[2Ja\u202eb \u00fc" + "x" * 99, 59)
    assert format_users([sly]) == "pid 7 eve ?[2Ja?b ü" + "x" * 30 + "… (59 s)"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (172799, "47 h"),
        (172800, "2 d"),
    ],
)
def test_ages(seconds: int, words: str) -> None:
    assert age(seconds) == words


UVM = Module("nvidia_uvm", 0, ())
SERVICE = Holder(1200, "nvpd", "nvidia-persistenced", 5, "nvidia-persistenced")


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (GpuUse(), ""),
        (GpuUse(blind=True), "who holds the GPU can be seen by a full root alone"),
        (GpuUse(modules=(UVM, Module("nvidia", 1, ("nvidia_uvm",)))), ""),
        (GpuUse(modules=(Module("nvidia", 3, ()),), holders=(SERVICE,)), ""),
        (
            GpuUse(holders=(Holder(4242, "alice", "python train.py", 11000),)),
            "the GPU is in use by pid 4242 alice python train.py (3 h)",
        ),
        (
            GpuUse(modules=(Module("nvidia_drm", 1, ()),)),
            "module nvidia_drm is in use, but no process holds it (a text console?)",
        ),
        (
            GpuUse(modules=(Module("nvidia", 1, ("gdrdrv",)),)),
            "module gdrdrv is not part of the driver and depends on nvidia",
        ),
    ],
)
def test_what_stands_in_the_way(found: GpuUse, reason: str) -> None:
    assert blocker(found) == reason


@pytest.mark.parametrize(
    ("value", "busy"),
    [
        ("refuse", BusyPolicy("refuse")),
        ("stage", BusyPolicy("stage")),
        ("wait:90s", BusyPolicy("wait", 90)),
        ("wait:30m", BusyPolicy("wait", 1800)),
        ("wait:2h", BusyPolicy("wait", 7200)),
        ("wait:7d", BusyPolicy("wait", 604800)),
    ],
)
def test_the_setting_is_read(value: str, busy: BusyPolicy) -> None:
    assert parse_policy(value) == busy


@pytest.mark.parametrize(
    "value",
    ["", "wait", "wait:", "wait:0s", "wait:2", "wait:8d", "wait:-1h", "wait:1h\n", "kill"],
)
def test_a_bad_setting_is_one_line(value: str) -> None:
    with pytest.raises(ValueError, match=r'^.*allowed: "refuse", "stage", or "wait:"') as error:
        parse_policy(value)
    assert str(error.value).startswith(repr(value))
    assert "\n" not in str(error.value)


def test_services_stop_before_what_they_stand_on() -> None:
    order = ["nvidia-dcgm", "nvidia-mps", "nvidia-fabricmanager", "nvidia-persistenced"]
    assert sorted(order, key=SERVICES.index) == order
    assert not {"gdm", "gdm3", "sddm", "lightdm", "display-manager"} & set(SERVICES)
