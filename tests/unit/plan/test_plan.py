"""What a box gets by what it says, and why it gets nothing."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dlbox.host.identity import Identity
from dlbox.lockfile.source import LockSource
from dlbox.plan.plan import format_refusal
from dlbox.stack.model import Refusal, Refused
from dlbox.state.record import Card, Record
from roles import ROLES
from tests.support.archive.keys import make_key
from tests.support.builders import GTX_1080_TI, TODAY, a_box, a_plan
from tests.support.locks import a_lock

RTX_4090, A100, RTX_5090 = "10de:2684", "10de:20b0", "10de:2b85"
GOOD, BAD = "6.12.94+deb13-amd64", "6.12.107+deb13-amd64"


def refused(box: Identity, **data: Any) -> str:
    with pytest.raises(Refused) as refusal:
        a_plan(box, **data)
    assert "\n" not in str(refusal.value)
    return str(refusal.value)


def cards(box: Identity, **data: Any) -> list[str]:
    return [card.id for card in a_plan(box, **data).stack.cards]


def test_cards_are_read_off_the_bus() -> None:
    box = a_box(pci_gpus=(GTX_1080_TI, GTX_1080_TI))
    assert cards(box) == [GTX_1080_TI, GTX_1080_TI]
    assert a_plan(box).box == box
    assert cards(a_box()) == []


def test_declared_cards_beat_the_bus() -> None:
    box = a_box(pci_gpus=(GTX_1080_TI,))
    assert cards(box, box_gpus=[RTX_4090]) == [RTX_4090]
    assert cards(box, box_gpus=None) == [GTX_1080_TI]


def test_declared_without_a_card_beats_the_bus() -> None:
    stack = a_plan(a_box(pci_gpus=(GTX_1080_TI,)), box_gpus=[]).stack
    assert (stack.cards, stack.driver, stack.toolkits) == ((), None, ())


def test_settings_become_the_stacks_constraints() -> None:
    data: dict[str, Any] = {
        "box_gpus": [RTX_4090],
        "nvidia_driver_flavour": "open",
        "frameworks_names": ["jax"],
    }
    stack = a_plan(**data).stack
    assert stack.driver
    assert (stack.driver.flavour, list(stack.frameworks)) == ("open", ["jax"])


def test_the_first_toolkit_suits_the_driver_and_the_others_are_compilers() -> None:
    stack = a_plan(box_gpus=[RTX_4090], cuda_versions=["12.4", "13.5"]).stack
    assert [toolkit.release for toolkit in stack.toolkits] == ["12.4", "13.5"]
    assert [stack.runs(toolkit) for toolkit in stack.toolkits] == [True, False]


def test_a_box_for_frameworks_alone_gets_no_compilers() -> None:
    box = a_box(pci_gpus=(GTX_1080_TI, GTX_1080_TI))
    lean, full = a_plan(box, box_profile="framework_only").stack, a_plan(box).stack
    assert (lean.toolkits, lean.cudnn, lean.nccl) == ((), None, None)
    assert (lean.driver, lean.frameworks) == (full.driver, full.frameworks)
    assert all((full.toolkits, full.cudnn, full.nccl))


def test_switches_are_read_off_the_bus() -> None:
    box = a_box(system="ubuntu-24.04", pci_gpus=(A100,), bridges=("0369", "1af1"))
    stack = a_plan(box).stack
    assert stack.driver
    assert stack.fabricmanager
    assert stack.fabricmanager.pin == stack.driver.pin == f"{stack.driver.version}-"
    assert stack.driver.source == "nvidia"
    assert a_plan(replace(box, bridges=("0369",))).stack.fabricmanager is None


def test_declared_cards_beat_the_buss_switches_too() -> None:
    box = a_box(system="ubuntu-24.04", pci_gpus=(A100,), bridges=("1af1",))
    assert a_plan(box, box_gpus=[A100]).stack.fabricmanager is None
    assert a_plan(box, box_gpus=[A100, "10de:1af1"]).stack.fabricmanager
    assert a_plan(replace(box, bridges=()), box_gpus=[A100, "nvlink5"]).stack.nvlsm


def test_the_kernel_that_boots_decides_among_modules() -> None:
    asked: dict[str, Any] = {"box_gpus": [RTX_4090], "nvidia_driver_flavour": "open"}
    branches = {}
    for kernels in ((), (GOOD,), (BAD,), (BAD, GOOD)):
        driver = a_plan(a_box(kernels=kernels), **asked).stack.driver
        assert driver
        branches[kernels] = driver.branch
    assert branches == {(): 550, (GOOD,): 550, (BAD,): 595, (BAD, GOOD): 595}


POLICIES: list[dict[str, Any]] = [
    {"nvidia_driver_remedy": "kernel"},
    {"nvidia_driver_source": "distro"},
]


def test_or_the_modules_decide_on_the_kernel() -> None:
    asked: dict[str, Any] = {"box_gpus": [RTX_4090], "nvidia_driver_flavour": "open"}
    box = a_box(kernels=(BAD, GOOD))
    fact = f"the open modules 550.163.01 do not compile on kernel {BAD} (nv-pci.c: too few"
    for policy in POLICIES:
        stack = a_plan(box, **asked, **policy).stack
        assert stack.driver
        assert (stack.driver.branch, stack.driver.flavour) == (550, "open")
        [said] = [line for line in stack.warnings if line.startswith(fact)]
        assert said.endswith(f"; {GOOD} boots, and is held")


def test_no_kernel_that_does_is_no_remedy() -> None:
    asked: dict[str, Any] = {"box_gpus": [RTX_4090], "nvidia_driver_flavour": "open"}
    box = a_box(kernels=(BAD,))
    said = refused(box, **asked, nvidia_driver_source="distro")
    assert f"its open modules do not compile on kernel {BAD}" in said


def test_the_other_flavour_says_why() -> None:
    box = a_box(kernels=(BAD, GOOD))
    asked: dict[str, Any] = {"nvidia_driver_source": "distro"}
    driver = a_plan(box, box_gpus=[RTX_4090], **asked).stack.choices["driver"]
    assert "proprietary modules, NVIDIA's default before 560" in driver.reason
    assert f"; the open ones do not compile on kernel {BAD} (nv-pci.c: too few" in driver.reason


def test_secure_boot_is_said() -> None:
    box = a_box(pci_gpus=(GTX_1080_TI,))

    def said(*, on: bool) -> list[str]:
        warnings = a_plan(replace(box, secure_boot=on)).stack.warnings
        return [line for line in warnings if line.startswith("Secure Boot is on")]

    assert (len(said(on=True)), said(on=False)) == (1, [])


def test_the_day_is_counted_from() -> None:
    box = a_box(system="ubuntu-24.04", pci_gpus=(RTX_4090,))
    ends = "driver 580: its support ends on 2028-06-30, in 29 days"
    assert a_plan(box, today=date(2028, 6, 1)).stack.warnings == (ends,)
    assert a_plan(box, today=TODAY).stack.warnings == ()


def test_nvidias_repository_without_its_key_is_refused_before_anything_is_done(
    tmp_path: Path,
) -> None:
    box = a_box(system="ubuntu-26.04", pci_gpus=(RTX_4090,))
    assert refused(box, nvidia_driver_source="nvidia") == (
        "the key of NVIDIA's repository for ubuntu2604 is not part of dlbox | fetch"
        " https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2604/x86_64/60DF8A40.pub"
        " and name the file in nvidia_archive_key"
    )
    assert a_plan(box).stack.repository is None
    file = tmp_path / "mirror.asc"
    file.write_text(make_key(tmp_path, "a mirror").armored)
    mirror: dict[str, Any] = {
        "nvidia_archive_url": "https://mirror/cuda",
        "nvidia_archive_key": str(file),
    }
    repository = a_plan(box, nvidia_driver_source="nvidia", **mirror).stack.repository
    assert repository
    assert repository.tag == "ubuntu2604"
    alone: dict[str, Any] = {"nvidia_archive_key": str(file)}
    assert "its fingerprint is " in refused(box, nvidia_driver_source="nvidia", **alone)
    assert a_plan(box, **alone).stack.repository is None, "a key that is not needed"


def test_wheels_that_are_not_locked_are_not_installed() -> None:
    box = a_box(pci_gpus=(GTX_1080_TI,))
    assert refused(box, frameworks_pytorch="2.14.0") == (
        "pytorch-2.14.0-cu126 is not locked by hash |"
        " run ./dlbox catalog --lock pytorch-2.14.0-cu126"
    )
    assert a_plan(box, frameworks_pytorch="2.7").stack.frameworks["pytorch"].locked


@pytest.mark.parametrize(
    ("nearest", "says"),
    [
        (None, "no"),
        ("cuda=12.4", "no | try cuda_versions = ['12.4']"),
        ("cuda=none", "no | try cuda_versions = []"),
        ("cudnn=none", "no | try cudnn_version = 'none'"),
        ("nccl=2.32.3", "no | try nccl_version = '2.32.3'"),
        ("driver=550", "no | try nvidia_driver_version = '550'"),
        ("flavour=open", "no | try nvidia_driver_flavour = 'open'"),
        ("driver_source=distro", "no | try nvidia_driver_source = 'distro'"),
        ("pytorch=2.7.1", "no | try frameworks_pytorch = '2.7.1'"),
        ("jax_variant=cuda12", "no | try frameworks_jax_variant = 'cuda12'"),
    ],
)
def test_a_remedy_is_told_in_the_words_of_the_settings(nearest: str | None, says: str) -> None:
    assert format_refusal(Refusal(because="no", nearest=nearest), ROLES.schema) == says


@pytest.mark.parametrize(
    ("box", "data", "says"),
    [
        (
            a_box(arch="aarch64"),
            {},
            "its architecture is aarch64; only x86_64 is supported",
        ),
        (
            a_box(pci_gpus=(GTX_1080_TI, "10de:ffff")),
            {},
            "10de:ffff is not in the id table (src/dlbox/catalog/data/gpus.yaml): what drives it is unknown, and so not allowed",
        ),
        (
            a_box(system="fedora-40"),
            {},
            "fedora-40 is not supported; take debian-12, debian-13, ubuntu-22.04, ubuntu-24.04, ubuntu-26.04",
        ),
        (
            a_box(),
            {"box_gpus": [GTX_1080_TI], "cuda_versions": ["13.5"]},
            "cuda=13.5: CUDA 13.5 does not compile for a GeForce GTX 1080 Ti (sm_61) | try cuda_versions = ['12.4']",
        ),
        (
            a_box(),
            {"box_gpus": [GTX_1080_TI], "nvidia_driver_flavour": "open"},
            "flavour=open: there are no open modules for a GeForce GTX 1080 Ti (Pascal) | try nvidia_driver_flavour = 'proprietary'",
        ),
        (
            a_box(),
            {"box_gpus": [RTX_5090], "frameworks_names": ["tensorflow"]},
            "tensorflow=*: TensorFlow 2.21.0 (cu12) has no code for a GeForce RTX 5090 (sm_120) | try frameworks_tensorflow = 'none'",
        ),
    ],
)
def test_a_box_is_refused(box: Identity, data: dict[str, Any], says: str) -> None:
    assert refused(box, **data) == says


def test_a_framework_without_code_for_the_cards_is_left_out_unless_named() -> None:
    stack = a_plan(box_gpus=[RTX_5090]).stack
    assert list(stack.frameworks) == ["pytorch"]
    assert stack.skipped["tensorflow"] == (
        "TensorFlow 2.21.0 (cu12) has no code for a GeForce RTX 5090 (sm_120)"
    )


def test_a_card_unknown_on_the_bus_does_not_stop_a_declared_box() -> None:
    assert cards(a_box(pci_gpus=("10de:ffff",)), box_gpus=[RTX_4090]) == [RTX_4090]


def test_a_generation_of_another_number_of_cards_can_be_gone_back_to() -> None:
    two = (Card(GTX_1080_TI, "0000:01:00.0"), Card(GTX_1080_TI, "0000:02:00.0"))
    lost = a_box(pci_gpus=(GTX_1080_TI,), recorded=Record(digest="x", cards=two))
    lock = a_lock(wheels=[])
    with pytest.raises(
        Refused, match="the lock is of 1 x 10de:1b06, the box has 2 x 10de:1b06"
    ):
        a_plan(lost, LockSource(lock))
    assert a_plan(lost, LockSource(lock, generation=1)).stack.cards[0].id == GTX_1080_TI
