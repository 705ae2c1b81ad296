"""The cards' policy on a Debian 13 box, from `up` to the unit's work.

No GPU was used: `nvidia-smi` is a stand-in that keeps two cards in files and answers as the manual
and recorded outputs of the real one do, and a folder stands for the loaded module.
"""

from __future__ import annotations

import os
import textwrap
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from dlbox.sandbox.container import Container, start
from dlbox.sandbox.engine import engine
from dlbox.sandbox.image import image
from dlbox.sandbox.mounts import Mount
from roles.gpu_policy.manifest import NAME as UNIT
from roles.gpu_policy.manifest import POLICY, policy
from roles.gpu_policy.settings import GpuPolicy
from tests.support.cli import bare_pyinfra, changed, inventory

FIRST = "GPU-11111111-aaaa-4bbb-8ccc-000000000001"
SECOND = "GPU-22222222-aaaa-4bbb-8ccc-000000000002"
NOWHERE = "GPU-33333333-aaaa-4bbb-8ccc-000000000003"

# Card 0 can do everything, card 1 is a GeForce of before Volta.
CARDS = {
    FIRST: """
        index=0 persistence_mode=Disabled power.limit=700.00 power.min_limit=200.00
        power.max_limit=700.00 clocks.max.graphics=1980 clocks.max.memory=2619
        compute_mode=Default ecc.mode.current=Enabled ecc.mode.pending=Enabled
        mig.mode.current=Disabled mig.mode.pending=Disabled graphics=1980,1965,345
        memory=2619,1593 programs= instances= locked_gr=none locked_mem=none
    """,
    SECOND: """
        index=1 persistence_mode=Disabled power.limit=250.00 power.min_limit=125.00
        power.max_limit=300.00 clocks.max.graphics=2012 clocks.max.memory=5505
        compute_mode=Default ecc.mode.current=[N/A] ecc.mode.pending=[N/A]
        mig.mode.current=[N/A] mig.mode.pending=[N/A] graphics=[N/A]
        memory=[N/A] programs= instances= locked_gr=none locked_mem=none
    """,
}
NVIDIA_SMI = r"""#!/bin/sh
cd /srv/cards || exit 9
echo "$*" >>calls
id='*' set='' query=''
if [ "$1" = mig ]; then shift; fi
while [ $# -gt 0 ]; do
  case $1 in
    -i) id=$2; shift ;;
    --query-gpu=*) query=$(echo "${1#*=}" | tr , ' ') ;;
    --query-supported-clocks=*) tr , '\n' <"$id/${1#*=}"; exit ;;
    --query-compute-apps=pid) cat "$id/programs"; exit ;;
    --format=*) ;;
    -lgi | -dci | -dgi | -C) set="$set$1" ;;
    *) set=$1 value=$2; shift ;;
  esac
  shift
done
if [ -n "$query" ]; then
  for card in GPU-*; do
    case $id in '*' | "$card" | "$(cat "$card/index")") ;; *) continue ;; esac
    row=''
    for field in $query; do
      if [ "$field" = uuid ]; then row="$row, $card"; else row="$row, $(cat "$card/$field")"; fi
    done
    echo "${row#, }"
  done
  exit
fi
cd "$id" || exit 6
echo "$set $value" >>../changes
case $set in -lgi) sed -i '$d' ../changes ;; esac
mode() { case $value in 1) echo Enabled ;; *) echo Disabled ;; esac; }
lock() {
  case $(cat ecc.mode.current) in
    "[N/A]") echo "Setting locked $2 clocks is not supported for GPU $id."
      echo "Treating as warning and moving on." ;;
    *) echo "$value" >"$1" ;;
  esac
}
case $set in
  -pm) mode >persistence_mode ;;
  -pl)
    if [ "${value%.*}" -lt "$(cut -d. -f1 power.min_limit)" ] ||
       [ "${value%.*}" -gt "$(cut -d. -f1 power.max_limit)" ]; then
      echo "Provided power limit $value W is not a valid power limit which should be between \
$(cat power.min_limit) W and $(cat power.max_limit) W for GPU $id"
      echo "Terminating early due to previous errors."
      exit 2
    fi
    printf '%s.00\n' "${value%.*}" >power.limit ;;
  -lgc) lock locked_gr GPU ;;
  -lmc) lock locked_mem Memory ;;
  -c)
    case $value in
      EXCLUSIVE_PROCESS) echo Exclusive_Process >compute_mode ;;
      DEFAULT) echo Default >compute_mode ;;
      *) exit 2 ;;
    esac ;;
  -e) mode >ecc.mode.pending ;;
  -mig)
    mode >mig.mode.pending
    if [ -s programs ]; then
      echo "Warning: MIG mode is in pending enable state for GPU $id:In use by another client"
    else
      mode >mig.mode.current
    fi ;;
  -lgi)
    if [ "$(cat mig.mode.current)" != Enabled ]; then echo "No MIG-enabled devices found."; exit 6; fi
    if [ ! -s instances ]; then echo "No GPU instances found: Not Found"; exit 6; fi
    echo "| GPU instances:                                        |"
    for profile in $(tr , ' ' <instances); do
      echo "|   0  MIG $profile          9        1          4:4     |"
    done ;;
  -cgi-C | -cgi)
    if [ -s instances ]; then echo "Failed to create GPU instances: Insufficient Resources"; exit 255; fi
    echo "$value" >instances ;;
  -dci) ;;
  -dgi) : >instances ;;
  *) echo "Invalid combination of input arguments."; exit 2 ;;
esac
echo "All done."
"""
DEPLOY = """
from dlbox.apply.preflight import plan_host
from roles import ROLES
from roles.gpu_policy.deploy import gpu_policy

plan, _ = plan_host(ROLES)
if plan:
    gpu_policy(plan=plan)
"""


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return what the box has for /sys/module."""
    return tmp_path_factory.mktemp("module")


@pytest.fixture(scope="module")
def box(modules: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Container]:
    """Return a box with the stand-in, and the folders that the base role makes."""
    os.environ.update(engine().environment())
    program = tmp_path_factory.mktemp("program") / "nvidia-smi"
    program.write_text(NVIDIA_SMI)
    program.chmod(0o755)
    made = start(
        "dlbox-test-gpu-policy",
        image("debian-13"),
        disposable=True,
        mounts=[Mount(modules, "/sys/module", read_only=True)],
    )
    made.copy_in(program, "/usr/local/bin/nvidia-smi")
    made.run("mkdir", "-p", "/etc/dlbox", "/opt/dlbox", "/var/lib/dlbox")
    run = up(made, program.parent, ALL)  # the module is not loaded yet: nothing is applied
    assert run.returncode == 0, run.stdout[-3000:]
    yield made
    made.remove()


@pytest.fixture(autouse=True)
def cards(box: Container, modules: Path) -> None:
    """Put both cards back to what they are after a cold start, with the module loaded."""
    (modules / "nvidia").mkdir(exist_ok=True)
    text = (
        "systemctl stop dlbox-gpu-policy 2>/dev/null; rm -rf /srv/cards /run/dlbox-gpu-policy\n"
    )
    for uuid, state in CARDS.items():
        text += f"mkdir -p /srv/cards/{uuid}; cd /srv/cards/{uuid}\n"
        for pair in state.split():
            field, _, value = pair.partition("=")
            text += f"echo '{value}' >{field}\n" if value else f": >{field}\n"
    box.run("sh", "-c", f"{text}: >/srv/cards/changes; journalctl -q --rotate --vacuum-time=1s")


def up(box: Container, folder: Path, declared: dict[str, Any]) -> CompletedProcess[str]:
    """Have the role carried out, without the driver's own packages."""
    deploy = folder / "deploy.py"
    deploy.write_text(textwrap.dedent(DEPLOY))
    knobs = {"box_gpus": ["10de:1b06"], "base_min_free_gb": 0, "gpu_policy_cards": declared}
    return bare_pyinfra(inventory(folder, (box, knobs)), deploy, "-y")


def applied(box: Container, declared: dict[str, Any]) -> str:
    """Have the unit of an earlier `up` apply another policy; return what it said."""
    text = policy(GpuPolicy.of({"gpu_policy_cards": declared}).cards)
    box.run("tee", POLICY, input=text)
    box.run("systemctl", "restart", UNIT)
    return said(box)


def said(box: Container) -> str:
    box.run("journalctl", "--sync")
    return box.run("journalctl", "-q", "-o", "cat", "-t", UNIT).stdout


def state(box: Container, uuid: str, *fields: str) -> list[str]:
    return [box.run("cat", f"/srv/cards/{uuid}/{field}").stdout.strip() for field in fields]


def changes(box: Container) -> list[str]:
    """Return what was set since the last look."""
    text = box.run("sh", "-c", "cat /srv/cards/changes; : >/srv/cards/changes").stdout
    return [line.strip() for line in text.splitlines()]


ALL: dict[str, Any] = {
    "all": {"persistence": True, "compute_mode": "exclusive_process"},
    "0": {"power_limit_w": 400, "graphics_clock_mhz": (345, 1500), "memory_clock_mhz": 1593},
    FIRST: {"power_limit_w": 300, "ecc": False, "mig": ["3g.40gb", "1g.10gb"]},
    "1": {"power_limit_w": 200},
}


def test_up_sets_both_cards_as_declared(box: Container, tmp_path: Path) -> None:
    run = up(box, tmp_path, ALL)
    assert run.returncode == 0, run.stdout[-3000:]
    assert state(box, FIRST, "persistence_mode", "power.limit", "compute_mode") == [
        *("Enabled", "300.00", "Exclusive_Process"),
    ]
    assert state(box, FIRST, "locked_gr", "locked_mem", "instances", "ecc.mode.pending") == [
        *("345,1500", "1593,1593", "3g.40gb,1g.10gb", "Disabled"),
    ]
    assert state(box, SECOND, "persistence_mode", "power.limit", "compute_mode") == [
        *("Enabled", "200.00", "Exclusive_Process"),
    ]
    assert f"GPU 0 ({FIRST}): ECC Disabled: pending until reboot" in said(box)
    assert box.run("systemctl", "is-active", UNIT).stdout == "active\n"
    assert box.run("systemctl", "is-enabled", UNIT).stdout == "enabled\n"


def test_a_second_up_and_a_second_start_set_nothing(box: Container, tmp_path: Path) -> None:
    up(box, tmp_path, ALL)
    assert len(changes(box)) == 11
    run = up(box, tmp_path, ALL)
    assert run.returncode == 0
    assert changed(run.stdout) == []
    box.run("systemctl", "restart", UNIT)
    assert changes(box) == []


def test_power_and_clocks_are_kept_within_what_the_card_reports(box: Container) -> None:
    wanted = {"power_limit_w": 900, "graphics_clock_mhz": (100, 3000), "memory_clock_mhz": 9999}
    told = applied(box, {"0": wanted, "1": {"power_limit_w": 50}})
    assert state(box, FIRST, "locked_gr", "locked_mem") == ["345,1980", "2619,2619"]
    assert state(box, SECOND, "power.limit") == ["125.00"]
    assert f"GPU 0 ({FIRST}): power limit 900 W: the card takes 200.00 to 700.00 W" in told
    assert (
        f"GPU 0 ({FIRST}): graphics clock 100,3000 MHz: the card takes 345 to 1980 MHz" in told
    )
    assert f"GPU 1 ({SECOND}): power limit 50 W: the card takes 125.00 to 300.00 W" in told


def test_a_card_that_is_not_there_is_named_and_the_others_are_set(
    box: Container, tmp_path: Path
) -> None:
    run = up(box, tmp_path, {NOWHERE: {"ecc": True}, "7": {"ecc": True}, "1": ALL["1"]})
    assert run.returncode == 1
    line = f"not in this box: GPU 7 {NOWHERE} of /etc/dlbox/gpu-policy; there is 0 {FIRST} 1 {SECOND}"
    assert [text for text in run.stdout.splitlines() if line in text] != [], run.stdout
    assert state(box, SECOND, "power.limit") == ["200.00"]
    assert box.run("systemctl", "is-failed", UNIT, check=False).stdout == "failed\n"
    assert up(box, tmp_path, {"1": ALL["1"]}).returncode == 0
    assert box.run("systemctl", "is-active", UNIT).stdout == "active\n"


def test_what_a_card_cannot_do_is_said_and_skipped(box: Container) -> None:
    wanted = {"ecc": True, "mig": True, "graphics_clock_mhz": 1500, "compute_mode": "default"}
    told = applied(box, {"1": {**wanted, "power_limit_w": 180}})
    assert state(box, SECOND, "power.limit", "locked_gr") == ["180.00", "none"]
    assert f"GPU 1 ({SECOND}): ECC: skipped, the card reports [N/A]" in told
    assert f"GPU 1 ({SECOND}): MIG: skipped, the card reports [N/A]" in told
    assert (
        "graphics clock 1500,1500 MHz: skipped, Setting locked GPU clocks is not supp" in told
    )


def test_a_layout_is_left_alone_while_programs_run(box: Container) -> None:
    applied(box, {"0": {"mig": ["3g.40gb", "1g.10gb"]}})
    box.run("sh", "-c", f"echo 4242 >/srv/cards/{FIRST}/programs")
    told = applied(box, {"0": {"mig": ["3g.40gb", "3g.40gb"]}})
    assert "MIG: programs run on the card, so its instances are left for the next boot" in told
    assert state(box, FIRST, "instances") == ["3g.40gb,1g.10gb"]
    box.run("sh", "-c", f": >/srv/cards/{FIRST}/programs")
    box.run("systemctl", "restart", UNIT)
    assert state(box, FIRST, "instances") == ["3g.40gb,3g.40gb"]
    applied(box, {"0": {"mig": False}})
    assert state(box, FIRST, "instances", "mig.mode.current") == ["", "Disabled"]


def test_mig_mode_waits_for_a_reboot_on_a_card_in_use(box: Container) -> None:
    box.run("sh", "-c", f"echo 4242 >/srv/cards/{FIRST}/programs")
    told = applied(box, {"0": {"mig": ["3g.40gb"]}})
    assert f"GPU 0 ({FIRST}): MIG mode Enabled: pending until reboot" in told
    assert state(box, FIRST, "mig.mode.current", "instances") == ["Disabled", ""]
    assert "gpu-reset" not in box.run("cat", "/srv/cards/calls").stdout


def test_clocks_are_locked_again_after_the_module_was_loaded_anew(
    box: Container, modules: Path
) -> None:
    applied(box, {"0": {"graphics_clock_mhz": 1500}})
    assert changes(box) == ["-lgc 1500,1500"]
    (modules / "other").mkdir()
    (modules / "nvidia").rmdir()
    (modules / "other").rename(modules / "nvidia")
    box.run("systemctl", "restart", UNIT)
    assert changes(box) == ["-lgc 1500,1500"]


def test_without_the_module_the_unit_waits_for_the_next_boot(
    box: Container, modules: Path, tmp_path: Path
) -> None:
    (modules / "nvidia").rmdir()
    run = up(box, tmp_path, {"0": {"power_limit_w": 333}})
    assert run.returncode == 0, run.stdout[-3000:]
    assert changes(box) == []
    assert box.run("systemctl", "is-enabled", UNIT).stdout == "enabled\n"
    run = up(box, tmp_path, {"0": {"power_limit_w": 333}})
    assert changed(run.stdout) == []


def test_a_driver_that_does_not_answer_is_named(box: Container, tmp_path: Path) -> None:
    box.run("mv", "/srv/cards", "/srv/gone")
    run = up(box, tmp_path, {"0": {"power_limit_w": 222}})
    box.run("mv", "/srv/gone", "/srv/cards")
    assert run.returncode == 1
    assert "nvidia-smi: " in run.stdout


def test_a_policy_taken_back_takes_the_unit_away(box: Container, tmp_path: Path) -> None:
    up(box, tmp_path, ALL)
    run = up(box, tmp_path, {})
    assert run.returncode == 0, run.stdout[-3000:]
    left = box.run(
        "sh", "-c", "ls -d /etc/dlbox/* /opt/dlbox/libexec/* /run/dlbox-gpu-policy", check=False
    )
    assert left.stdout == ""
    assert box.run("systemctl", "is-enabled", UNIT, check=False).stdout == "not-found\n"
    assert state(box, FIRST, "power.limit") == ["300.00"]
    assert changed(up(box, tmp_path, {}).stdout) == []
