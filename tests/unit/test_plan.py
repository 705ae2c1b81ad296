"""What a box gets by what it says, and what stops a run before it begins."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dlbox.host.foreign import Foreign
from dlbox.host.identity import Identity
from dlbox.plan.plan import Plan, format_refusal, make_plan
from dlbox.plan.preflight import preflight
from dlbox.stack.model import Refusal, Refused
from tests.support.archive.keys import make_key

GTX_1080_TI, RTX_4090, A100, RTX_5090 = "10de:1b06", "10de:2684", "10de:20b0", "10de:2b85"
GOOD, BAD = "6.12.94+deb13-amd64", "6.12.107+deb13-amd64"
TODAY = date(2026, 11, 24)
NOW = 1_795_000_000
BOX = Identity(
    system="debian-13",
    arch="x86_64",
    uid=0,
    systemd=True,
    clock=NOW,
    free_gb=100.0,
    sudo="none",
    foreign=(),
    pci_gpus=(),
)


def planned(box: Identity, **data: Any) -> Plan:
    return make_plan(box, data, TODAY)


def refused(box: Identity, **data: Any) -> str:
    with pytest.raises(Refused) as refusal:
        planned(box, **data)
    assert "\n" not in str(refusal.value)
    return str(refusal.value)


def cards(box: Identity, **data: Any) -> list[str]:
    return [card.id for card in planned(box, **data).stack.cards]


def test_cards_are_read_off_the_bus() -> None:
    box = replace(BOX, pci_gpus=(GTX_1080_TI, GTX_1080_TI))
    assert cards(box) == [GTX_1080_TI, GTX_1080_TI]
    assert planned(box).box == box
    assert cards(BOX) == []


def test_declared_cards_beat_the_bus() -> None:
    box = replace(BOX, pci_gpus=(GTX_1080_TI,))
    assert cards(box, box_gpus=[RTX_4090]) == [RTX_4090]
    assert cards(box, box_gpus=None) == [GTX_1080_TI]


def test_declared_without_a_card_beats_the_bus() -> None:
    stack = planned(replace(BOX, pci_gpus=(GTX_1080_TI,)), box_gpus=[]).stack
    assert (stack.cards, stack.driver, stack.toolkits) == ((), None, ())


def test_settings_become_the_stacks_wishes() -> None:
    data = {
        "box_gpus": [RTX_4090],
        "nvidia_driver_flavour": "open",
        "frameworks_names": ["jax"],
    }
    stack = planned(BOX, **data).stack
    assert stack.driver
    assert (stack.driver.flavour, list(stack.frameworks)) == ("open", ["jax"])


def test_the_first_toolkit_suits_the_driver_and_the_others_are_compilers() -> None:
    stack = planned(BOX, box_gpus=[RTX_4090], cuda_versions=["12.4", "13.5"]).stack
    assert [toolkit.release for toolkit in stack.toolkits] == ["12.4", "13.5"]
    assert [stack.runs(toolkit) for toolkit in stack.toolkits] == [True, False]


def test_a_box_for_frameworks_alone_gets_no_compilers() -> None:
    box = replace(BOX, pci_gpus=(GTX_1080_TI, GTX_1080_TI))
    lean, full = planned(box, box_profile="framework_only").stack, planned(box).stack
    assert (lean.toolkits, lean.cudnn, lean.nccl) == ((), None, None)
    assert (lean.driver, lean.frameworks) == (full.driver, full.frameworks)
    assert all((full.toolkits, full.cudnn, full.nccl))


def test_switches_are_read_off_the_bus() -> None:
    box = replace(BOX, system="ubuntu-24.04", pci_gpus=(A100,), bridges=("0369", "1af1"))
    stack = planned(box).stack
    assert stack.driver
    assert stack.fabricmanager
    assert stack.fabricmanager.pin == stack.driver.pin == f"{stack.driver.version}-"
    assert stack.driver.source == "nvidia"
    assert planned(replace(box, bridges=("0369",))).stack.fabricmanager is None


def test_declared_cards_beat_the_buss_switches_too() -> None:
    box = replace(BOX, system="ubuntu-24.04", pci_gpus=(A100,), bridges=("1af1",))
    assert planned(box, box_gpus=[A100]).stack.fabricmanager is None
    assert planned(box, box_gpus=[A100, "10de:1af1"]).stack.fabricmanager
    assert planned(replace(box, bridges=()), box_gpus=[A100, "nvlink5"]).stack.nvlsm


def test_the_kernel_that_boots_decides_among_modules() -> None:
    wish = {"box_gpus": [RTX_4090], "nvidia_driver_flavour": "open"}
    branches = {}
    for kernels in ((), (GOOD,), (BAD,), (BAD, GOOD)):
        driver = planned(replace(BOX, kernels=kernels), **wish).stack.driver
        assert driver
        branches[kernels] = driver.branch
    assert branches == {(): 550, (GOOD,): 550, (BAD,): 595, (BAD, GOOD): 595}


def test_or_the_modules_decide_on_the_kernel() -> None:
    wish = {"box_gpus": [RTX_4090], "nvidia_driver_flavour": "open"}
    box = replace(BOX, kernels=(BAD, GOOD))
    fact = f"the open modules 550.163.01 do not compile on kernel {BAD} (nv-pci.c: too few"
    for policy in ({"nvidia_driver_remedy": "kernel"}, {"nvidia_driver_source": "distro"}):
        stack = planned(box, **wish, **policy).stack
        assert stack.driver
        assert (stack.driver.branch, stack.driver.flavour) == (550, "open")
        [said] = [line for line in stack.warnings if line.startswith(fact)]
        assert said.endswith(f"; {GOOD} boots, and is held")


def test_no_kernel_that_does_is_no_remedy() -> None:
    wish = {"box_gpus": [RTX_4090], "nvidia_driver_flavour": "open"}
    box = replace(BOX, kernels=(BAD,))
    said = refused(box, **wish, nvidia_driver_source="distro")
    assert f"its open modules do not compile on kernel {BAD}" in said


def test_the_other_flavour_says_why() -> None:
    box = replace(BOX, kernels=(BAD, GOOD))
    wish = {"nvidia_driver_source": "distro"}
    driver = planned(box, box_gpus=[RTX_4090], **wish).stack.choices["driver"]
    assert "proprietary modules, NVIDIA's default before 560" in driver.reason
    assert f"; the open ones do not compile on kernel {BAD} (nv-pci.c: too few" in driver.reason


def test_secure_boot_is_said() -> None:
    box = replace(BOX, pci_gpus=(GTX_1080_TI,))

    def said(*, on: bool) -> list[str]:
        warnings = planned(replace(box, secure_boot=on)).stack.warnings
        return [line for line in warnings if line.startswith("Secure Boot is on")]

    assert (len(said(on=True)), said(on=False)) == (1, [])


def test_the_day_is_counted_from() -> None:
    box = replace(BOX, system="ubuntu-24.04", pci_gpus=(RTX_4090,))
    ends = "driver 580: its support ends on 2028-06-30, in 29 days"
    assert make_plan(box, {}, date(2028, 6, 1)).stack.warnings == (ends,)
    assert make_plan(box, {}, TODAY).stack.warnings == ()


def test_nvidias_repository_without_its_key_is_refused_before_anything_is_done(
    tmp_path: Path,
) -> None:
    box = replace(BOX, system="ubuntu-26.04", pci_gpus=(RTX_4090,))
    assert refused(box, nvidia_driver_source="nvidia") == (
        "the key of NVIDIA's repository for ubuntu2604 is not part of dlbox; fetch"
        " https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2604/x86_64/60DF8A40.pub"
        " and name the file in nvidia_archive_key"
    )
    assert planned(box).stack.repository is None
    file = tmp_path / "mirror.asc"
    file.write_text(make_key(tmp_path, "a mirror").armored)
    mirror = {"nvidia_archive_url": "https://mirror/cuda", "nvidia_archive_key": str(file)}
    repository = planned(box, nvidia_driver_source="nvidia", **mirror).stack.repository
    assert repository
    assert repository.tag == "ubuntu2604"
    alone = {"nvidia_archive_key": str(file)}
    assert "its fingerprint is " in refused(box, nvidia_driver_source="nvidia", **alone)
    assert planned(box, **alone).stack.repository is None, "a key that is not needed"


def test_wheels_that_are_not_locked_are_not_installed() -> None:
    box = replace(BOX, pci_gpus=(GTX_1080_TI,))
    assert refused(box, frameworks_pytorch="2.14.0") == (
        "pytorch-2.14.0-cu126 is not locked by hash;"
        " run ./dlbox catalog --lock pytorch-2.14.0-cu126"
    )
    assert planned(box, frameworks_pytorch="2.7").stack.frameworks["pytorch"].locked


@pytest.mark.parametrize(
    ("nearest", "says"),
    [
        (None, "no"),
        ("cuda=12.4", "no; what would do: cuda_versions = ['12.4']"),
        ("cuda=none", "no; what would do: cuda_versions = []"),
        ("cudnn=none", "no; what would do: cudnn_version = 'none'"),
        ("nccl=2.32.3", "no; what would do: nccl_version = '2.32.3'"),
        ("driver=550", "no; what would do: nvidia_driver_version = '550'"),
        ("flavour=open", "no; what would do: nvidia_driver_flavour = 'open'"),
        ("driver_source=distro", "no; what would do: nvidia_driver_source = 'distro'"),
        ("pytorch=2.7.1", "no; what would do: frameworks_pytorch = '2.7.1'"),
        ("jax_variant=cuda12", "no; what would do: frameworks_jax_variant = 'cuda12'"),
    ],
)
def test_a_remedy_is_told_in_the_words_of_the_knobs(nearest: str | None, says: str) -> None:
    assert format_refusal(Refusal(because="no", nearest=nearest)) == says


@pytest.mark.parametrize(
    ("box", "data", "says"),
    [
        (
            replace(BOX, arch="aarch64"),
            {},
            "its architecture is aarch64; only x86_64 is supported",
        ),
        (
            replace(BOX, pci_gpus=(GTX_1080_TI, "10de:ffff")),
            {},
            "10de:ffff is not in the id table (roles/stack/catalog/gpus.yaml): what drives it is unknown, and so not allowed",
        ),
        (
            replace(BOX, system="fedora-40"),
            {},
            "fedora-40 is not supported; take debian-12, debian-13, ubuntu-22.04, ubuntu-24.04, ubuntu-26.04",
        ),
        (
            BOX,
            {"box_gpus": [GTX_1080_TI], "cuda_versions": ["13.5"]},
            "cuda=13.5: CUDA 13.5 does not compile for a GeForce GTX 1080 Ti (sm_61); what would do: cuda_versions = ['12.4']",
        ),
        (
            BOX,
            {"box_gpus": [GTX_1080_TI], "nvidia_driver_flavour": "open"},
            "flavour=open: there are no open modules for a GeForce GTX 1080 Ti (Pascal); what would do: nvidia_driver_flavour = 'proprietary'",
        ),
        (
            BOX,
            {"box_gpus": [RTX_5090], "frameworks_names": ["tensorflow"]},
            "tensorflow=*: TensorFlow 2.21.0 (cu12) has no code for a GeForce RTX 5090 (sm_120); what would do: frameworks_tensorflow = 'none'",
        ),
    ],
)
def test_a_box_is_refused(box: Identity, data: dict[str, Any], says: str) -> None:
    assert refused(box, **data) == says


def test_a_framework_without_code_for_the_cards_is_left_out_unless_named() -> None:
    stack = planned(BOX, box_gpus=[RTX_5090]).stack
    assert list(stack.frameworks) == ["pytorch"]
    assert stack.skipped["tensorflow"] == (
        "TensorFlow 2.21.0 (cu12) has no code for a GeForce RTX 5090 (sm_120)"
    )


def test_a_card_unknown_on_the_bus_does_not_stop_a_declared_box() -> None:
    assert cards(replace(BOX, pci_gpus=("10de:ffff",)), box_gpus=[RTX_4090]) == [RTX_4090]


def refusal(box: Identity, now: float = NOW, *, fresh: bool = True, **knobs: Any) -> str:
    """Preflight a box that is to get the frameworks alone, 15.5 GB; "" when it passes."""
    stack = planned(replace(box, pci_gpus=())).stack
    try:
        preflight(
            box,
            stack,
            {f"base_{knob}": value for knob, value in knobs.items()},
            now,
            stack.disk_gb if fresh else 0,
        )
    except Refused as refused:
        return str(refused)
    return ""


@pytest.mark.parametrize(
    ("box", "knobs", "says"),
    [
        (
            replace(BOX, foreign=(Foreign("runfile", "/usr/bin/nvidia-uninstall"),)),
            {},
            "a driver of NVIDIA's .run file: /usr/bin/nvidia-uninstall; nvidia_driver_adopt = True converts it, or by hand: run nvidia-uninstall",
        ),
        (
            replace(BOX, clock=NOW - 301),
            {},
            "its clock is 301 s off the controller's; set it, or raise base_max_clock_skew_s",
        ),
        (
            replace(BOX, clock=NOW + 61),
            {"max_clock_skew_s": 60},
            "its clock is 61 s off the controller's; set it, or raise base_max_clock_skew_s",
        ),
        (
            replace(BOX, free_gb=15.4),
            {},
            "15.4 GB free where 15.5 GB are needed; free some, or lower base_min_free_gb",
        ),
        (
            replace(BOX, free_gb=99.0),
            {"min_free_gb": 100},
            "99.0 GB free where 100.0 GB are needed; free some, or lower base_min_free_gb",
        ),
    ],
)
def test_preflight_refuses(box: Identity, knobs: dict[str, Any], says: str) -> None:
    assert refusal(box, **knobs) == says


@pytest.mark.parametrize(
    ("box", "knobs"),
    [
        (BOX, {}),
        (replace(BOX, clock=NOW - 300), {}),
        (replace(BOX, clock=NOW + 3600), {"max_clock_skew_s": 3600}),
        (replace(BOX, free_gb=15.5), {}),
        (replace(BOX, free_gb=0.1), {"min_free_gb": 0}),
        (replace(BOX, free_gb=0.1), {"fresh": False}),
    ],
)
def test_preflight_lets_pass(box: Identity, knobs: dict[str, Any]) -> None:
    assert refusal(box, **knobs) == ""
