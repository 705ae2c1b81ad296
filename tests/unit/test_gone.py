"""What goes once nobody asks for it any more, and what a driver that is in use keeps."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from pyinfra.api import FunctionCommand

from dlbox.apply import prune as box
from dlbox.host.identity import Identity
from dlbox.plan.plan import Plan, make_plan
from dlbox.plan.result import RESULTS, result
from dlbox.state.record import Difference, Record, parse_record
from roles.nvidia_driver import apply_change
from roles.nvidia_driver import remove as driver
from roles.nvidia_driver.in_use.model import GpuUse, Holder, Module
from roles.nvidia_driver.in_use.policy import BusyPolicy
from roles.nvidia_driver.manifest import belongs_to_driver, manifest
from roles.nvidia_driver.settings import NvidiaDriver

BOX = Identity(
    system="debian-13",
    arch="x86_64",
    uid=0,
    systemd=True,
    clock=1_795_000_000,
    free_gb=100.0,
    sudo="none",
    foreign=(),
    pci_gpus=(),
    kernels=("6.12.118+deb13-amd64",),
)
TODAY = date(2026, 11, 25)
NOTHING = {"box_gpus": [], "frameworks_names": [], "jupyter_install": False}
PASCAL = {"box_gpus": ["10de:1b06"], "frameworks_names": [], "base_packages": ["jq"]}
FREE = GpuUse(version="550.163.01", modules=(Module("nvidia", 0, ()),))
WORK = replace(FREE, holders=(Holder(7, "alice", "python train.py", 60),))


@dataclass
class Host:
    """The box, as operations ask it."""

    use: GpuUse
    name: str = "box"
    noops: list[str] = field(default_factory=list)

    def get_fact(self, _: type, **__: Any) -> GpuUse:
        """Return who uses the card."""
        return self.use

    def noop(self, why: str) -> None:
        """Note why nothing is to be done."""
        self.noops.append(why)

    def run_shell_command(self, _: str, **__: Any) -> tuple[bool, Any]:
        """Return what the script has said."""
        return True, SimpleNamespace(stdout_lines=["jq stays"])


@pytest.fixture(autouse=True)
def _outcomes() -> Iterator[None]:
    yield
    RESULTS.clear()


def went(knobs: dict[str, Any], *changed: Difference) -> Plan:
    """Return the plan of a box that had a driver and JupyterLab, and shall now have less."""
    lines = make_plan(BOX, PASCAL, TODAY).owned.lines()
    declared = parse_record([("recorded", "digest x"), *(("declared", line) for line in lines)])
    assert isinstance(declared, Record)
    had = replace(BOX, recorded=replace(declared, differences=changed))
    return make_plan(had, knobs, TODAY)


def carried(monkeypatch: pytest.MonkeyPatch, host: Host, steps: Generator[Any]) -> list[str]:
    """Return the shell of an operation, whose functions are called on the way."""
    for module in (box, driver, apply_change):
        monkeypatch.setattr(module, "host", host)
    shell = []
    for step in steps:
        if isinstance(step, FunctionCommand):
            step.function(None, host, *step.args)
        else:
            shell.append(step.get_raw_value())
    return shell


def taken(monkeypatch: pytest.MonkeyPatch, wanted: Plan, use: GpuUse = FREE) -> list[str]:
    """Return the lines that the script which takes things away reads."""
    [shell] = carried(monkeypatch, Host(use), box.prune._inner(plan=wanted))  # noqa: SLF001
    return [line for line in shell.partition("| sh -c")[0].splitlines() if "\t" in line]


def test_what_is_no_longer_declared_is_lost_but_accounts() -> None:
    wanted = went(NOTHING)
    was = wanted.box.recorded or Record()
    items = box.orphans(was, wanted.owned.lines())
    assert {kind for kind, _ in was.declared} - {kind for kind, _ in items} == {"user"}
    assert ("folder", "/opt/dlbox/driver") in items
    assert ("folder", "/opt/dlbox") not in items
    assert box.orphans(None, wanted.owned.lines()) == []


def test_all_of_it_is_named_to_the_script_and_which_folders_stay(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wanted = went(NOTHING)
    lost = box.orphans(wanted.box.recorded, wanted.owned.lines())
    lines = [f"{kind}\t{name}" for kind, name in lost]
    lines += [f"still\t{path}" for path in wanted.owned.folders]
    said = taken(monkeypatch, wanted)
    assert "\n".join(said).removeprefix("printf %s '") == "\n".join(lines)
    assert "still\t/etc/dlbox" in said


def test_a_file_that_somebody_changed_is_named_and_what_is_said_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    changed = ("/etc/dlbox/jupyter-token", "a", "b"), ("/etc/dkms/nvidia.conf", "a", "absent")
    wanted = went(NOTHING, *(Difference("file", *one) for one in changed))
    steps = box.prune._inner(plan=wanted)  # noqa: SLF001
    [shell] = carried(monkeypatch, Host(FREE), steps)
    assert shell.endswith(" gone /etc/dlbox/jupyter-token")
    assert result("box").notices == ("jq stays",)


def test_a_box_that_is_asked_for_the_same_loses_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    host = Host(FREE)
    assert carried(monkeypatch, host, box.prune._inner(plan=went(PASCAL))) == []  # noqa: SLF001
    assert host.noops == ["nothing was asked for once and is no longer"]


def removing(
    monkeypatch: pytest.MonkeyPatch,
    use: GpuUse,
    when: BusyPolicy | None,
    knobs: dict[str, Any] = NOTHING,
) -> list[str]:
    steps = driver.remove_driver._inner(plan=went(knobs), when=when)  # noqa: SLF001
    return carried(monkeypatch, Host(use), steps)


def test_a_driver_that_nobody_uses_is_purged(monkeypatch: pytest.MonkeyPatch) -> None:
    [shell] = removing(monkeypatch, FREE, BusyPolicy("refuse"))
    assert "purge jq libcuda1 libnvidia-cfg1 " in shell
    assert "rmmod" in shell
    [plain] = removing(monkeypatch, FREE, None)
    assert "rmmod" not in plain
    assert result("box").kept is None


def test_a_driver_in_use_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    for when in (BusyPolicy("refuse"), BusyPolicy("wait", 1)):
        shell = "\n".join(removing(monkeypatch, WORK, when))
        assert "purge" not in shell
        assert "alice python train.py" in shell
        assert str(result("box").kept).startswith("the driver stays as it is: the GPU is in")
        RESULTS.clear()


@pytest.mark.parametrize("policy", ["refuse", "wait", "stage"])
def test_a_driver_that_stays_keeps_what_it_needs_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, policy: str
) -> None:
    wanted = went(NOTHING)
    removing(monkeypatch, WORK, BusyPolicy(policy, 1))
    lines = taken(monkeypatch, wanted)
    lines[0] = lines[0].removeprefix("printf %s '")
    left = [line.removeprefix("left\t") for line in lines if line.startswith("left\t")]
    parts = {*make_plan(BOX, PASCAL, TODAY).owned.lines()}
    assert left
    assert {*left} <= parts
    names = {tuple(line.split("\t")[:2]) for line in left}
    assert {("package", "libcuda1"), ("unit", "nvidia-persistenced.service")} <= names
    assert ("file", "/opt/dlbox/driver/kernel-guard") in names
    gone = {tuple(line.split("\t")) for line in lines} - {
        ("still", p) for p in wanted.owned.folders
    }
    gone = {item for item in gone if item[0] != "left"}
    assert {("package", "jq"), ("unit", "dlbox-jupyter.service")} <= gone
    assert gone | names == {*box.orphans(wanted.box.recorded, wanted.owned.lines())}
    assert gone & names == set()


def test_a_driver_that_stays_keeps_its_flavour(monkeypatch: pytest.MonkeyPatch) -> None:
    ada = {**PASCAL, "box_gpus": ["10de:2684"], "nvidia_driver_source": "distro"}
    bare = replace(BOX, kernels=())
    lines = make_plan(bare, {**ada, "nvidia_driver_flavour": "open"}, TODAY).owned.lines()
    said = [("recorded", "digest x"), *(("declared", line) for line in lines)]
    other = {**ada, "nvidia_driver_flavour": "proprietary"}
    wanted = make_plan(replace(bare, recorded=parse_record(said)), other, TODAY)
    result("box").stays = True
    assert box.orphans(wanted.box.recorded, wanted.owned.lines()) == [
        ("package", "nvidia-open-kernel-dkms")
    ]
    rows = [line.split("\t") for line in taken(monkeypatch, wanted)]
    assert ["left", "package", "nvidia-open-kernel-dkms"] in [row[:3] for row in rows]
    assert ["package", "nvidia-open-kernel-dkms"] not in rows


@pytest.mark.parametrize("system", ["debian-12", "debian-13", "ubuntu-22.04", "ubuntu-24.04"])
@pytest.mark.parametrize("gpus", [["10de:2684"], ["10de:2330"] * 8 + ["10de:22a3"] * 4])
def test_what_a_driver_needs_is_all_that_its_role_owns(system: str, gpus: list[str]) -> None:
    knobs = {"box_gpus": gpus, "nvidia_driver_source": "nvidia", "nvidia_driver_desktop": True}
    stack = make_plan(replace(BOX, system=system), knobs, TODAY).stack
    mine = manifest(NvidiaDriver.of(knobs), stack)
    items = [line.split("\t")[:2] for line in mine.lines()]
    assert [name for kind, name in items if not belongs_to_driver((kind, name))] == []


def test_a_box_without_a_driver_of_ours_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    none = replace(BOX, recorded=Record())
    host = Host(WORK)
    wanted = make_plan(none, NOTHING, TODAY)
    steps = driver.remove_driver._inner(plan=wanted, when=BusyPolicy("refuse"))  # noqa: SLF001
    assert carried(monkeypatch, host, steps) == []
    assert host.noops == ["there is none of ours"]
