"""The driver is changed while nobody uses it, and what was stopped for that comes back."""

from __future__ import annotations

import pytest

from tests.support.shell import Answer, Done, ShellSandbox, program

RECORD = "/run/dlbox/driver-stopped"
HEAD = f"""\
SERVICES='nvidia-dcgm nvidia-fabricmanager nvidia-persistenced'
MODULES='nvidia_uvm nvidia'
RECORD='{RECORD}'
PACKAGE='libcuda1'
"""
# Who has a node of the driver open is asked of a file: /proc is cut at its first slashes.
LOOK = f"{HEAD}{program('lib')}{program('busy-look')}\nholding() {{ cat /run/holding; }}\n"
AROUND = f"{LOOK}{program('busy-restore')}{program('busy-around')}"
WAIT = f"{LOOK}{program('busy-wait')}"
FULL, CONTAINER = "000001ffffffffff", "00000000a80425fb"
IS_ACTIVE = """\
shift
for unit; do if grep -qx "$unit" /run/active; then echo active; else echo inactive; fi; done
"""


@pytest.fixture
def busy(box: ShellSandbox) -> ShellSandbox:
    """A box with a loaded driver, two of its services and nobody's work."""
    box.put("/proc/self/status", f"Name:\tsh\nCapEff:\t{FULL}\n")
    box.put("/proc/1/cgroup", "0::/init.scope\n")
    box.folder("/run/systemd/system")
    box.put("/run/active", "nvidia-dcgm\nnvidia-persistenced\n")
    box.put("/run/holding", "41\n")
    box.put("/proc/41/cgroup", "0::/system.slice/nvidia-persistenced.service\n")
    box.put("/sys/module/nvidia/version", "535.309.01\n")
    box.folder("/sys/module/nvidia_uvm")
    box.packages({"libcuda1": "535.309.01-1"})
    stops = 'sed -i "/^${3%.service}$/d" /run/active; : >/run/holding'
    box.tool("systemctl", {
        "is-active *": Answer(does=IS_ACTIVE),
        "--job-mode=ignore-requirements stop *": Answer(does=stops),
        "reset-failed *": Answer(status=1),  # as for a unit that is not loaded
        "start *": Answer(does='echo "${2%.service}" >>/run/active'),
        "show -p LoadState --value *": "loaded\n",
    })  # fmt: skip
    box.tool("rmmod", {"*": Answer(does='rm -r "/sys/module/$1"')})
    loads = 'mkdir "/sys/module/$1"; echo 535.309.01 >"/sys/module/$1/version"'
    box.tool("modprobe", {"*": Answer(does=loads)})
    box.tool("sleep", {"1": "", "5": ""})
    box.tool("change", {"*": ""})
    return box


def around(box: ShellSandbox, change: str = "change driver") -> Done:
    return box.shell(AROUND, "around", change)


def steps(box: ShellSandbox) -> list[str]:
    """Return what was done to the box, without the questions."""
    calls = box.calls("systemctl", "rmmod", "modprobe", "change")
    asked = ("systemctl is-active", "systemctl show", "systemctl reset-failed")
    return [
        call.replace("--job-mode=ignore-requirements ", "")
        for call in calls
        if not call.startswith(asked)
    ]


STOPPED = [
    "systemctl stop nvidia-dcgm.service",
    "systemctl stop nvidia-persistenced.service",
    "rmmod nvidia_uvm",
    "rmmod nvidia",
]
BACK = [
    "modprobe nvidia",
    "modprobe nvidia_uvm",
    "systemctl start nvidia-persistenced.service",
    "systemctl start nvidia-dcgm.service",
]


def test_a_change_is_made_while_nothing_uses_the_driver(busy: ShellSandbox) -> None:
    done = around(busy)
    assert (done.status, done.errors) == (0, "")
    assert steps(busy) == [*STOPPED, "change driver", *BACK]
    assert not busy.has(RECORD)


def test_systemd_forgets_the_starts_of_packages_before_it_starts_a_service(
    busy: ShellSandbox,
) -> None:
    around(busy)
    starts = [
        c
        for c in busy.calls("systemctl")
        if c.startswith(("systemctl reset", "systemctl start"))
    ]
    assert starts == [
        "systemctl reset-failed nvidia-persistenced.service",
        "systemctl start nvidia-persistenced.service",
        "systemctl reset-failed nvidia-dcgm.service",
        "systemctl start nvidia-dcgm.service",
    ]


def test_a_change_that_fails_brings_all_back_and_says_how_it_ended(busy: ShellSandbox) -> None:
    assert around(busy, "change driver; exit 100").status == 100
    assert steps(busy) == [*STOPPED, "change driver", *BACK]


@pytest.mark.parametrize(("signal", "status"), [("HUP", 129), ("INT", 130), ("TERM", 143)])
def test_a_signal_ends_the_run_after_the_change_and_brings_all_back(
    busy: ShellSandbox, signal: str, status: int
) -> None:
    done = around(busy, f"kill -{signal} $PPID; change driver")
    assert done.status == status
    assert steps(busy) == [*STOPPED, "change driver", *BACK]


def test_a_box_in_use_is_left_as_it_is(busy: ShellSandbox) -> None:
    busy.put("/run/holding", "41\n50\n51\n")
    for pid in (50, 51):
        busy.put(f"/proc/{pid}/cgroup", "0::/user.slice/a/nvidia-persistenced.service\n")
    done = around(busy)
    assert (done.status, steps(busy)) == (75, [])
    assert done.errors == "the GPU is in use by pid 50 51; the driver was not changed\n"


def test_who_cannot_see_who_holds_the_card_changes_nothing(busy: ShellSandbox) -> None:
    busy.put("/proc/self/status", f"CapEff:\t{CONTAINER}\n")
    done = around(busy)
    assert (done.status, steps(busy)) == (75, [])
    assert "a full root alone" in done.errors


def test_a_module_that_stays_in_use_is_asked_some_times_and_left(busy: ShellSandbox) -> None:
    busy.tool(
        "rmmod",
        {"nvidia_uvm": Answer(does='rm -r "/sys/module/$1"'), "nvidia": Answer(status=1)},
    )
    done = around(busy)
    assert done.status == 75
    assert "the driver was not changed" in done.errors
    assert steps(busy)[-3:] == BACK[1:]
    assert busy.calls("rmmod").count("rmmod nvidia") == 5
    assert "change driver" not in steps(busy)


def test_a_service_that_does_not_stop_is_a_reason_to_change_nothing(busy: ShellSandbox) -> None:
    busy.tool("systemctl", {
        "is-active *": Answer(does=IS_ACTIVE),
        "--job-mode=* stop *": Answer(status=1),
        "reset-failed *": "",
        "start *": "",
        "show *": "loaded\n",
    })  # fmt: skip
    assert around(busy).status == 75
    assert busy.calls("rmmod", "change") == []


def test_what_is_to_come_back_is_noted_before_anything_stops(busy: ShellSandbox) -> None:
    around(busy, f"cp {RECORD} /run/seen")
    assert busy.read("/run/seen").splitlines() == [
        "module nvidia",
        "module nvidia_uvm",
        "unit nvidia-persistenced",
        "unit nvidia-dcgm",
    ]


def test_what_a_run_that_was_killed_had_stopped_comes_back_too(busy: ShellSandbox) -> None:
    busy.put(RECORD, "unit nvidia-fabricmanager\n")
    around(busy)
    assert "systemctl start nvidia-fabricmanager.service" in steps(busy)


def test_a_service_that_the_change_took_away_is_not_started(busy: ShellSandbox) -> None:
    busy.tool("systemctl", {
        "is-active *": "active\ninactive\nactive\n",
        "--job-mode=* stop *": "",
        "show -p LoadState --value nvidia-dcgm.service": "not-found\n",
        "show *": "loaded\n",
        "reset-failed *": "",
        "start *": "",
    })  # fmt: skip
    around(busy)
    assert steps(busy)[-1] == "systemctl start nvidia-persistenced.service"


def test_an_old_module_that_came_back_is_taken_out_again(busy: ShellSandbox) -> None:
    busy.packages({"libcuda1": "550.163.01-2"})
    news = 'mkdir "/sys/module/$1"; echo 550.163.01 >"/sys/module/$1/version"'
    busy.tool("modprobe", {"*": Answer(does=news)})
    change = "mkdir /sys/module/nvidia; echo 535.309.01 >/sys/module/nvidia/version"
    done = around(busy, change)
    assert (done.status, done.errors) == (0, "")
    assert steps(busy).count("rmmod nvidia") == 2


def test_an_old_module_that_somebodys_work_holds_needs_a_reboot(busy: ShellSandbox) -> None:
    busy.packages({"libcuda1": "550.163.01-2"})
    busy.put("/proc/50/cgroup", "0::/user.slice/a\n")
    change = "mkdir /sys/module/nvidia; echo 535.309.01 >/sys/module/nvidia/version; echo 50 >/run/holding"
    done = around(busy, change)
    assert done.errors == (
        "reboot pending: module 535.309.01 is loaded, driver 550.163.01 is installed\n"
    )


@pytest.mark.parametrize("other", ["535.309.01-1", "525.1-1 rc"])
def test_a_driver_for_programs_of_32_bits_too_needs_no_reboot(
    busy: ShellSandbox, other: str
) -> None:
    busy.packages({"libcuda1": "535.309.01-1", "libcuda1:i386": other})
    done = around(busy)
    assert (done.status, done.errors) == (0, "")
    assert steps(busy) == [*STOPPED, "change driver", *BACK]


def waiting(box: ShellSandbox, ends: str) -> None:
    """Have time pass by sleeping alone, and something happen meanwhile."""
    box.put("/proc/uptime", "100.25 1\n")
    passes = 'read -r up _ </proc/uptime; echo "$((${up%.*} + $1)).25 1" >/proc/uptime'
    box.tool("sleep", {"*": Answer(does=f"{passes}\n{ends}")})
    box.put("/run/holding", "50\n")
    box.put("/proc/50/cgroup", "0::/user.slice/a\n")
    box.tool("ps", {"*": "     50      60 alice    python train.py\n"})


def test_a_box_that_is_free_waits_for_nobody(busy: ShellSandbox) -> None:
    waiting(busy, "")
    busy.put("/run/holding", "41\n")
    assert busy.shell(WAIT, "wait", "60").status == 0
    assert busy.calls("sleep") == []


def test_work_that_ends_is_waited_for(busy: ShellSandbox) -> None:
    waiting(busy, "[ ${up%.*} -lt 105 ] || : >/run/holding")
    assert busy.shell(WAIT, "wait", "60").status == 0
    assert busy.calls("sleep") == ["sleep 5", "sleep 5"]


def test_work_that_does_not_end_is_named(busy: ShellSandbox) -> None:
    waiting(busy, "")
    done = busy.shell(WAIT, "wait", "7")
    assert done.status == 1
    assert busy.calls("sleep") == ["sleep 5", "sleep 2"]
    assert done.errors == (
        "the GPU is still in use after 7 s:\npid 50 alice python train.py (60 s)\n"
    )


def test_who_cannot_see_who_holds_the_card_does_not_wait(busy: ShellSandbox) -> None:
    waiting(busy, "")
    busy.put("/proc/self/status", f"CapEff:\t{CONTAINER}\n")
    assert busy.shell(WAIT, "wait", "60").status == 1
    assert busy.calls("sleep") == []
