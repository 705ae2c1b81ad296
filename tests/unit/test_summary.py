"""What the owner of a box is told at the end of a run, word for word."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from dlbox.host.identity import Identity
from dlbox.plan.plan import Plan, make_plan
from dlbox.plan.result import Result
from dlbox.plan.summary import format_summary

BOX = Identity(
    system="debian-13",
    arch="x86_64",
    uid=0,
    systemd=True,
    clock=1_795_000_000,
    free_gb=100.0,
    sudo="none",
    foreign=(),
    pci_gpus=("10de:1b06", "10de:1b06"),
)
HEAD = ["", "gtx-1: debian-13, 2 x GeForce GTX 1080 Ti"]
LAYERS = [
    "driver 550 (proprietary), held",
    "            CUDA 12.4",
    "            cuDNN 9.10.2.21",
    "            NCCL 2.32.3",
    "            pytorch 2.7.1 (CUDA 12.6, cuDNN 9.5.1.17)",
    "            tensorflow 2.21.0 (CUDA 12.9, cuDNN 9.10.2.21)",
]
HOW = " with the token: sudo cat /etc/dlbox/jupyter-token"
AGAIN = "mend the cause above and run the same command again; it goes on where it stopped"
NO_JAX = "  skipped   jax: not asked for"
MIND = [
    "  mind      driver 550: NVIDIA's own support of this branch has ended",
    "            several cards share the board's PCIe lanes: see `lspci -vv`, LnkSta, for what each got",
]


TODAY = date(2026, 11, 24)


def planned(*, gpus: int = 2, systemd: bool = True, **data: Any) -> Plan:
    return make_plan(replace(BOX, systemd=systemd, pci_gpus=BOX.pci_gpus[:gpus]), data, TODAY)


def test_a_box_that_stands() -> None:
    assert format_summary("gtx-1", Result(plan=planned(), jupyter=8888)) == [
        *HEAD,
        f"  stands    {LAYERS[0]}",
        *LAYERS[1:],
        "            JupyterLab on 127.0.0.1:8888",
        NO_JAX,
        *MIND,
        "  next      dlbox-env pytorch",
        f"            ssh -L 8888:127.0.0.1:8888 gtx-1; http://127.0.0.1:8888{HOW}",
        "            ./dlbox verify",
    ]


def test_a_reboot_comes_first() -> None:
    why = "module not loaded, driver 550.163.01 installed"
    said = format_summary("gtx-1", Result(plan=planned(), reboot=why))
    assert said[-3:] == [
        f"  next      reboot ({why})",
        "            dlbox-env pytorch",
        "            ./dlbox verify",
    ]


def test_this_machine_needs_no_tunnel() -> None:
    said = format_summary("@local", Result(plan=planned(), jupyter=8899))
    assert said[-2] == f"            http://127.0.0.1:8899{HOW}"


def test_a_box_that_was_only_looked_at() -> None:
    assert format_summary("gtx-1", Result(plan=planned(), dry=True)) == [
        *HEAD,
        f"  would get {LAYERS[0]}",
        *LAYERS[1:],
        NO_JAX,
        *MIND,
    ]


def test_a_box_that_was_refused() -> None:
    why = "refused, nothing was changed: fedora-40 is not supported"
    assert format_summary("gtx-1", Result(failed=why, refused=True)) == ["", f"gtx-1: {why}"]


def test_a_box_that_was_not_reached() -> None:
    why = "unreachable, nothing was changed | see above; then run the same again"
    for dry in (False, True):
        assert format_summary("gtx-1", Result(failed=why, dry=dry)) == ["", f"gtx-1: {why}"]


def test_a_box_that_failed_in_the_middle() -> None:
    why = "an operation failed; its last lines stand above"
    assert format_summary("gtx-1", Result(plan=planned(), failed=why, jupyter=8888)) == [
        *HEAD,
        f"  failed    {why}",
        NO_JAX,
        *MIND,
        f"  next      {AGAIN}",
    ]


def test_a_box_without_systemd_says_that_nothing_was_started() -> None:
    said = format_summary("gtx-1", Result(plan=planned(systemd=False)))
    assert said[-6:] == [
        NO_JAX,
        "            services: init is not systemd; units are installed, not started",
        *MIND,
        "  next      dlbox-env pytorch",
        "            ./dlbox verify",
    ]


def test_a_box_without_a_gpu() -> None:
    said = format_summary("@podman/box", Result(plan=planned(gpus=0, frameworks_names=["jax"])))
    assert said == [
        "",
        "@podman/box: debian-13, no GPU",
        "  stands    jax 0.12.0.1 (CUDA 13.5, cuDNN 9.28.1.4)",
        "  skipped   driver: no GPU, by declaration or on the PCI bus",
        "            cuda: no GPU, by declaration or on the PCI bus",
        "            cudnn: no CUDA toolkit to use it with",
        "            nccl: no GPU, by declaration or on the PCI bus",
        "            pytorch: not wanted",
        "            tensorflow: not wanted",
        "  next      dlbox-env jax",
        "            ./dlbox verify",
    ]


def test_a_box_with_one_gpu_has_no_nccl() -> None:
    said = format_summary("gtx-1", Result(plan=planned(gpus=1), dry=True))
    assert said[1] == "gtx-1: debian-13, 1 x GeForce GTX 1080 Ti"
    [skipped] = [line for line in said if "nccl" in line]
    assert skipped.startswith("  skipped   nccl: one GPU")


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
            "nccl: no GPU, by declaration or on the PCI bus",
        ),
        (2, {"cuda_versions": []}, "cudnn: no CUDA toolkit to use it with"),
    ],
)
def test_what_was_skipped_has_its_true_reason(
    gpus: int, data: dict[str, Any], reason: str
) -> None:
    said = format_summary("gtx-1", Result(plan=planned(gpus=gpus, **data)))
    assert reason in "\n".join(said)


def test_a_toolkit_newer_than_the_driver_only_compiles() -> None:
    data: dict[str, Any] = {"box_gpus": ["10de:2684"], "cuda_versions": ["12.4", "13.5"]}
    said = format_summary("rtx-1", Result(plan=planned(**data), dry=True))
    running = "            running what CUDA 13.5 compiles: needs driver 580 or newer"
    assert running in said
    data["cuda_versions"] = ["12.4"]
    assert "running what" not in "\n".join(
        format_summary("rtx-1", Result(plan=planned(**data)))
    )


def test_nvidias_driver_and_its_fabric_manager_are_named_so() -> None:
    data: dict[str, Any] = {"box_gpus": ["10de:20b0", "10de:1af1"]}
    hgx = make_plan(replace(BOX, system="ubuntu-24.04"), data, TODAY)
    assert format_summary("hgx", Result(plan=hgx))[:4] == [
        "",
        "hgx: ubuntu-24.04, 1 x A100 SXM4 40GB",
        "  stands    driver 580 (open, NVIDIA's), held",
        "            Fabric Manager 580.178.04",
    ]


def test_what_most_boxes_lack_is_not_said_to_be_missing() -> None:
    said = "\n".join(format_summary("gtx-1", Result(plan=planned())))
    assert [word for word in ("fabricmanager", "nvlsm", "cuda_compat") if word in said] == []


def test_a_box_with_nothing_to_mind_has_no_such_line() -> None:
    ada: dict[str, Any] = {"box_gpus": ["10de:2684"]}
    quiet = make_plan(replace(BOX, system="ubuntu-24.04"), ada, TODAY)
    assert [
        line for line in format_summary("rtx-1", Result(plan=quiet)) if "mind" in line
    ] == []
    loud = make_plan(replace(BOX, system="ubuntu-24.04", secure_boot=True), ada, TODAY)
    assert [line for line in format_summary("rtx-1", Result(plan=loud)) if "mind" in line] == [
        "  mind      Secure Boot is on: the module is loaded only once the key it is signed with is enrolled"
    ]


def test_a_box_with_nothing_to_enter() -> None:
    said = format_summary("cpu", Result(plan=planned(gpus=0, frameworks_names=[])))
    assert said[2] == "  skipped   driver: no GPU, by declaration or on the PCI bus"
    assert "            jax: not wanted" in said
    assert said[-1] == "  next      ./dlbox verify"


def test_a_box_lost_while_it_was_looked_at_has_failed() -> None:
    said = format_summary(
        "gtx-1", Result(plan=planned(), dry=True, failed="the connection was lost")
    )
    assert said[2] == "  failed    the connection was lost"
