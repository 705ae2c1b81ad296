"""What goes once nobody asks for it any more, and what a driver that is in use keeps."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import pytest
from pyinfra.api import FunctionCommand

from dlbox.apply import prune as box
from dlbox.plan.plan import Plan
from dlbox.plan.result import Result
from dlbox.state.record import Difference, Record, parse_record
from roles.nvidia_driver import install as driver
from roles.nvidia_driver.in_use import apply_change
from roles.nvidia_driver.in_use.facts import GpuUse, Holder, Module
from roles.nvidia_driver.in_use.policy import BusyPolicy
from roles.nvidia_driver.manifest import belongs_to_driver, manifest
from tests.support.builders import a_box, a_plan, some_settings

BOX = a_box(kernels=("6.12.118+deb13-amd64",))
NOTHING: dict[str, Any] = {"box_gpus": [], "frameworks_names": [], "jupyter_install": False}
PASCAL: dict[str, Any] = {
    "box_gpus": ["10de:1b06"],
    "frameworks_names": [],
    "base_packages": ["jq"],
}
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


def went(data: dict[str, Any], *changed: Difference) -> Plan:
    """Return the plan of a box that had a driver and JupyterLab, and shall now have less."""
    lines = a_plan(BOX, **PASCAL).manifest.lines()
    declared = parse_record([("recorded", "digest x"), *(("declared", line) for line in lines)])
    assert isinstance(declared, Record)
    had = replace(BOX, recorded=replace(declared, differences=changed))
    return a_plan(had, **data)


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


def pruning(plan: Plan, result: Result | None = None) -> Generator[Any]:
    """Return the steps of the operation which takes things away."""
    steps: Generator[Any] = box.prune._inner(  # noqa: SLF001
        plan=plan, result=result or Result(), belongs_to_driver=belongs_to_driver
    )
    return steps


def taken(
    monkeypatch: pytest.MonkeyPatch, wanted: Plan, result: Result | None = None
) -> list[str]:
    """Return the lines that the script which takes things away reads."""
    [shell] = carried(monkeypatch, Host(FREE), pruning(wanted, result))
    return [line for line in shell.partition("| sh -c")[0].splitlines() if "\t" in line]


def test_what_is_no_longer_declared_is_lost_but_accounts() -> None:
    wanted = went(NOTHING)
    was = wanted.box.recorded or Record()
    items = box.orphans(was, wanted.manifest.lines())
    assert {kind for kind, _ in was.declared} - {kind for kind, _ in items} == {"user"}
    assert ("folder", "/opt/dlbox/driver") in items
    assert ("folder", "/opt/dlbox") not in items
    assert box.orphans(None, wanted.manifest.lines()) == []


def test_all_of_it_is_named_to_the_script_and_which_folders_stay(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wanted = went(NOTHING)
    lost = box.orphans(wanted.box.recorded, wanted.manifest.lines())
    lines = [f"{kind}\t{name}" for kind, name in lost]
    lines += [f"still\t{path}" for path in wanted.manifest.folders]
    said = taken(monkeypatch, wanted)
    assert "\n".join(said).removeprefix("printf %s '") == "\n".join(lines)
    assert "still\t/etc/dlbox" in said


def test_a_file_that_somebody_changed_is_named_and_what_is_said_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    changed = ("/etc/dlbox/jupyter-token", "a", "b"), ("/etc/dkms/nvidia.conf", "a", "absent")
    wanted = went(NOTHING, *(Difference("file", *one) for one in changed))
    result = Result(notices=("said before",))
    [shell] = carried(monkeypatch, Host(FREE), pruning(wanted, result))
    assert shell.endswith(" gone /etc/dlbox/jupyter-token")
    assert result.notices == ("said before", "jq stays")


def test_a_box_that_is_asked_for_the_same_loses_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    host = Host(FREE)
    assert carried(monkeypatch, host, pruning(went(PASCAL))) == []
    assert host.noops == ["no orphans"]


def removing(
    monkeypatch: pytest.MonkeyPatch,
    result: Result,
    use: GpuUse,
    when: BusyPolicy | None,
) -> list[str]:
    plan = went(NOTHING)
    steps = driver.remove_driver._inner(plan=plan, result=result, when=when)  # noqa: SLF001
    return carried(monkeypatch, Host(use), steps)


def test_a_driver_that_nobody_uses_is_purged(monkeypatch: pytest.MonkeyPatch) -> None:
    result = Result()
    [shell] = removing(monkeypatch, result, FREE, BusyPolicy("refuse"))
    assert "purge jq libcuda1 libnvidia-cfg1 " in shell
    assert "rmmod" in shell
    [plain] = removing(monkeypatch, result, FREE, None)
    assert "rmmod" not in plain
    assert result == Result()


def test_a_driver_in_use_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    for when in (BusyPolicy("refuse"), BusyPolicy("wait", 1)):
        result = Result()
        shell = "\n".join(removing(monkeypatch, result, WORK, when))
        assert "purge" not in shell
        assert "alice python train.py" in shell
        assert str(result.deferred).startswith("the driver change is deferred: the GPU is in")
        assert result.driver_deferred


@pytest.mark.parametrize("policy", ["refuse", "wait", "stage"])
def test_a_driver_that_stays_keeps_what_it_needs_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, policy: str
) -> None:
    wanted, result = went(NOTHING), Result()
    removing(monkeypatch, result, WORK, BusyPolicy(policy, 1))
    lines = taken(monkeypatch, wanted, result)
    lines[0] = lines[0].removeprefix("printf %s '")
    left = [line.removeprefix("left\t") for line in lines if line.startswith("left\t")]
    parts = {*a_plan(BOX, **PASCAL).manifest.lines()}
    assert left
    assert {*left} <= parts
    names = {tuple(line.split("\t")[:2]) for line in left}
    assert {("package", "libcuda1"), ("unit", "nvidia-persistenced.service")} <= names
    assert ("file", "/opt/dlbox/driver/kernel-guard") in names
    gone = {tuple(line.split("\t")) for line in lines} - {
        ("still", p) for p in wanted.manifest.folders
    }
    gone = {item for item in gone if item[0] != "left"}
    assert {("package", "jq"), ("unit", "dlbox-jupyter.service")} <= gone
    assert gone | names == {*box.orphans(wanted.box.recorded, wanted.manifest.lines())}
    assert gone & names == set()


def test_a_driver_that_stays_keeps_its_flavour(monkeypatch: pytest.MonkeyPatch) -> None:
    ada: dict[str, Any] = {
        **PASCAL,
        "box_gpus": ["10de:2684"],
        "nvidia_driver_source": "distro",
    }
    bare = replace(BOX, kernels=())
    lines = a_plan(bare, **ada, nvidia_driver_flavour="open").manifest.lines()
    said = [("recorded", "digest x"), *(("declared", line) for line in lines)]
    had = replace(bare, recorded=parse_record(said))
    wanted = a_plan(had, **ada, nvidia_driver_flavour="proprietary")
    assert box.orphans(wanted.box.recorded, wanted.manifest.lines()) == [
        ("package", "nvidia-open-kernel-dkms")
    ]
    rows = [
        line.split("\t") for line in taken(monkeypatch, wanted, Result(driver_deferred=True))
    ]
    assert ["left", "package", "nvidia-open-kernel-dkms"] in [row[:3] for row in rows]
    assert ["package", "nvidia-open-kernel-dkms"] not in rows


@pytest.mark.parametrize("system", ["debian-12", "debian-13", "ubuntu-22.04", "ubuntu-24.04"])
@pytest.mark.parametrize("gpus", [["10de:2684"], ["10de:2330"] * 8 + ["10de:22a3"] * 4])
def test_what_a_driver_needs_is_all_that_its_role_owns(system: str, gpus: list[str]) -> None:
    data: dict[str, Any] = {
        "box_gpus": gpus,
        "nvidia_driver_source": "nvidia",
        "nvidia_driver_desktop": True,
    }
    stack = a_plan(replace(BOX, system=system), **data).stack
    mine = manifest(some_settings(**data), stack)
    items = [line.split("\t")[:2] for line in mine.lines()]
    assert [name for kind, name in items if not belongs_to_driver((kind, name))] == []


def test_a_box_without_a_driver_of_ours_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    none = replace(BOX, recorded=Record())
    host = Host(WORK)
    steps = driver.remove_driver._inner(  # noqa: SLF001
        plan=a_plan(none, **NOTHING), result=Result(), when=BusyPolicy("refuse")
    )
    assert carried(monkeypatch, host, steps) == []
    assert host.noops == ["dlbox installed no driver"]
