"""What the owner of a box is told at the end of a run, word for word."""

from typing import Any

import pytest

from dlbox.host.pcie import slot
from dlbox.plan.plan import Plan
from dlbox.plan.result import Result
from dlbox.plan.summary import format_summary, warning_rows
from dlbox.state.record import Card, Record
from roles import ROLES
from tests.support.builders import GTX_1080_TI, a_box, a_plan

HEAD = ["", "gtx-1: debian-13, 2 x GeForce GTX 1080 Ti"]
LAYERS = [
    "driver 550 (proprietary), held",
    "                CUDA 12.4",
    "                cuDNN 9.10.2.21",
    "                NCCL 2.32.3",
    "                pytorch 2.7.1 (CUDA 12.6, cuDNN 9.5.1.17)",
    "                tensorflow 2.21.0 (CUDA 12.9, cuDNN 9.10.2.21)",
    "                JupyterLab on 127.0.0.1:8888",
]
HOW = " with the token: sudo cat /etc/dlbox/jupyter-token"
AGAIN = "fix the cause above and run the same command again; it resumes where it stopped"
NO_JAX = "  skipped       jax: not requested"
WARNINGS = [
    "  warnings      driver 550: NVIDIA's own support of this branch has ended",
    "                several cards share the board's PCIe lanes: see `lspci -vv`, LnkSta, for what each got",
]


def planned(*, gpus: int = 2, systemd: bool = True, **data: Any) -> Plan:
    return a_plan(a_box(systemd=systemd, pci_gpus=(GTX_1080_TI,) * gpus), **data)


def summary(name: str, plan: Plan, **fields: Any) -> list[str]:
    """Return what is said of a box, with the rows of its roles."""
    rows = tuple(
        role.summary(plan.settings, plan.stack, plan.box, name) for role in ROLES.roles
    )
    return format_summary(name, Result(plan=plan, rows=rows, **fields))


def test_a_box_that_is_installed() -> None:
    assert summary("gtx-1", planned()) == [
        *HEAD,
        f"  installed     {LAYERS[0]}",
        *LAYERS[1:],
        NO_JAX,
        *WARNINGS,
        "  next          dlbox-env pytorch",
        f"                ssh -L 8888:127.0.0.1:8888 gtx-1; http://127.0.0.1:8888{HOW}",
        "                ./dlbox verify",
    ]


def test_a_reboot_comes_first() -> None:
    why = "module not loaded, driver 550.163.01 installed"
    said = summary("gtx-1", planned(jupyter_install=False), reboot=why)
    assert said[-3:] == [
        f"  next          reboot ({why})",
        "                dlbox-env pytorch",
        "                ./dlbox verify",
    ]


def test_this_machine_needs_no_tunnel() -> None:
    said = summary("@local", planned(jupyter_port=8899))
    assert said[-2] == f"                http://127.0.0.1:8899{HOW}"


def test_a_box_that_was_only_looked_at() -> None:
    assert summary("gtx-1", planned(), dry=True) == [
        *HEAD,
        f"  would install {LAYERS[0]}",
        *LAYERS[1:],
        NO_JAX,
        *WARNINGS,
    ]


def test_a_box_that_was_refused() -> None:
    why = "refused, nothing was changed: fedora-40 is not supported"
    assert format_summary("gtx-1", Result(failed=why, refused=True)) == ["", f"gtx-1: {why}"]


def test_a_box_that_was_not_reached() -> None:
    why = "unreachable, nothing was changed | see above; then run the same again"
    for dry in (False, True):
        assert format_summary("gtx-1", Result(failed=why, dry=dry)) == [
            "",
            "gtx-1: unreachable, nothing was changed",
            "  -> see above; then run the same again",
        ]


def test_a_box_that_failed_in_the_middle() -> None:
    why = "an operation failed | see its last lines above"
    assert summary("gtx-1", planned(), failed=why) == [
        *HEAD,
        "  failed        an operation failed",
        "  -> see its last lines above",
        NO_JAX,
        *WARNINGS,
        f"  next          {AGAIN}",
    ]


def test_a_box_without_systemd_says_that_nothing_was_started() -> None:
    said = summary("gtx-1", planned(systemd=False))
    assert said[-6:] == [
        NO_JAX,
        "                services: init is not systemd; units are installed, not started",
        *WARNINGS,
        "  next          dlbox-env pytorch",
        "                ./dlbox verify",
    ]


def test_a_box_without_a_gpu() -> None:
    said = summary(
        "@podman/box", planned(gpus=0, frameworks_names=["jax"], jupyter_install=False)
    )
    assert said == [
        "",
        "@podman/box: debian-13, no GPU",
        "  installed     jax 0.12.0.1 (CUDA 13.5, cuDNN 9.28.1.4)",
        "  skipped       driver: no GPU declared or found on the PCI bus",
        "                cuda: no GPU declared or found on the PCI bus",
        "                cudnn: no CUDA toolkit to use it with",
        "                nccl: no GPU declared or found on the PCI bus",
        "                pytorch: not wanted",
        "                tensorflow: not wanted",
        "  next          dlbox-env jax",
        "                ./dlbox verify",
    ]


def test_a_box_with_one_gpu_has_no_nccl() -> None:
    said = summary("gtx-1", planned(gpus=1), dry=True)
    assert said[1] == "gtx-1: debian-13, 1 x GeForce GTX 1080 Ti"
    [skipped] = [line for line in said if "nccl" in line]
    assert skipped.startswith("  skipped       nccl: one GPU")


@pytest.mark.parametrize(
    ("gpus", "data", "reason"),
    [
        (2, {"nccl_version": "none"}, "nccl: not wanted"),
        (2, {"cudnn_version": "none"}, "cudnn: not wanted"),
        (2, {"frameworks_tensorflow": "none"}, "tensorflow: not wanted"),
        (2, {"box_profile": "framework_only"}, "cuda: not wanted"),
        (
            0,
            {"cuda_versions": ["12.4"]},
            "nccl: no GPU declared or found on the PCI bus",
        ),
        (2, {"cuda_versions": []}, "cudnn: no CUDA toolkit to use it with"),
    ],
)
def test_what_was_skipped_has_its_true_reason(
    gpus: int, data: dict[str, Any], reason: str
) -> None:
    said = summary("gtx-1", planned(gpus=gpus, **data))
    assert reason in "\n".join(said)


def test_a_toolkit_newer_than_the_driver_only_compiles() -> None:
    data: dict[str, Any] = {"box_gpus": ["10de:2684"], "cuda_versions": ["12.4", "13.5"]}
    said = summary("rtx-1", planned(**data), dry=True)
    running = "                running what CUDA 13.5 compiles: needs driver 580 or newer"
    assert running in said
    data["cuda_versions"] = ["12.4"]
    assert "running what" not in "\n".join(summary("rtx-1", planned(**data)))


def test_nvidias_driver_and_its_fabric_manager_are_named_so() -> None:
    data: dict[str, Any] = {"box_gpus": ["10de:20b0", "10de:1af1"]}
    hgx = a_plan(a_box(system="ubuntu-24.04"), **data)
    assert summary("hgx", hgx)[:4] == [
        "",
        "hgx: ubuntu-24.04, 1 x A100 SXM4 40GB",
        "  installed     driver 580 (open, NVIDIA's), held",
        "                Fabric Manager 580.178.04",
    ]


def test_what_most_boxes_lack_is_not_said_to_be_missing() -> None:
    said = "\n".join(summary("gtx-1", planned()))
    assert [word for word in ("fabricmanager", "nvlsm", "cuda_compat") if word in said] == []


def test_a_box_with_no_warnings_has_no_such_line() -> None:
    ada: dict[str, Any] = {"box_gpus": ["10de:2684"]}
    quiet = a_plan(a_box(system="ubuntu-24.04"), **ada)
    assert [line for line in summary("rtx-1", quiet) if "warnings" in line] == []
    loud = a_plan(a_box(system="ubuntu-24.04", secure_boot=True), **ada)
    assert [line for line in summary("rtx-1", loud) if "warnings" in line] == [
        "  warnings      Secure Boot is on: the module is loaded only after its signing key has been enrolled"
    ]


def test_a_box_with_nothing_to_enter() -> None:
    said = summary("cpu", planned(gpus=0, frameworks_names=[], jupyter_install=False))
    assert said[2] == "  skipped       driver: no GPU declared or found on the PCI bus"
    assert "                jax: not wanted" in said
    assert said[-1] == "  next          ./dlbox verify"


def test_a_box_lost_while_it_was_looked_at_has_failed() -> None:
    said = summary("gtx-1", planned(), dry=True, failed="the connection was lost")
    assert said[2] == "  failed        the connection was lost"


def test_why_a_driver_was_deferred_is_said_between_what_is_skipped_and_the_warnings() -> None:
    why = "it keeps driver 535: the GPU is in use"
    said = summary("gtx-1", planned(), deferred=why)
    assert said[said.index(NO_JAX) :][:2] == [NO_JAX, f"  deferred      {why}"]
    assert said[said.index(NO_JAX) :][2:4] == WARNINGS


def test_what_to_do_about_a_failure_stands_below_it() -> None:
    said = summary("gtx-1", planned(), failed="the disk is full | free some")
    assert said[2:4] == ["  failed        the disk is full", "  -> free some"]


def test_a_card_in_another_slot_is_a_warning() -> None:
    record = Record(digest="x", cards=(Card(GTX_1080_TI, "0000:02:00.0"),))
    there = slot(f"0000:0a:00.0|{GTX_1080_TI}|||||||||-1")
    box = a_box(pci_gpus=(GTX_1080_TI,), slots=(there,), recorded=record)
    name = f"GeForce GTX 1080 Ti ({GTX_1080_TI})"
    moved = f"{name} is at 0000:0a:00.0 now, it was at 0000:02:00.0"
    assert moved in warning_rows(a_plan(box), Result())
