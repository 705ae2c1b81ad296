"""What a box gets by what it says, and what stops a run before it begins."""

from dataclasses import replace
from typing import Any

import pytest

from roles.base.settings import Base
from roles.box.facts import Identity
from roles.box.plan import plan, preflight
from roles.stack.model import Refused

GTX_1080_TI, RTX_4090 = "10de:1b06", "10de:2684"
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


def cards(box: Identity, **data: Any) -> list[str]:
    return [card.id for card in plan(box, data).stack.cards]


def test_cards_are_read_off_the_bus() -> None:
    box = replace(BOX, pci_gpus=(GTX_1080_TI, GTX_1080_TI))
    assert cards(box) == [GTX_1080_TI, GTX_1080_TI]
    assert plan(box, {}).box == box
    assert cards(BOX) == []


def test_declared_cards_beat_the_bus() -> None:
    box = replace(BOX, pci_gpus=(GTX_1080_TI,))
    assert cards(box, box_gpus=[RTX_4090]) == [RTX_4090]
    assert cards(box, box_gpus=None) == [GTX_1080_TI]


def test_declared_without_a_card_beats_the_bus() -> None:
    stack = plan(replace(BOX, pci_gpus=(GTX_1080_TI,)), {"box_gpus": []}).stack
    assert (stack.cards, stack.driver, stack.toolkits) == ((), None, ())


def test_settings_become_the_stacks_wishes() -> None:
    data = {
        "box_gpus": [RTX_4090],
        "nvidia_driver_flavour": "open",
        "frameworks_names": ["jax"],
    }
    stack = plan(BOX, data).stack
    assert stack.driver
    assert (stack.driver.flavour, list(stack.frameworks)) == ("open", ["jax"])


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
            "its GPU 10de:ffff is not in the id table (roles/stack/catalog/gpus.yaml)",
        ),
        (
            replace(BOX, system="fedora-40"),
            {},
            "fedora-40 is not supported; take debian-12, debian-13, ubuntu-22.04, ubuntu-24.04",
        ),
        (
            BOX,
            {"box_gpus": [GTX_1080_TI], "cuda_versions": ["13.5"]},
            "CUDA 13.5 does not compile for a GeForce GTX 1080 Ti (sm_61); take 12.4",
        ),
    ],
)
def test_a_box_is_refused(box: Identity, data: dict[str, Any], says: str) -> None:
    with pytest.raises(Refused) as refusal:
        plan(box, data)
    assert str(refusal.value) == says


def test_a_card_unknown_on_the_bus_does_not_stop_a_declared_box() -> None:
    assert cards(replace(BOX, pci_gpus=("10de:ffff",)), box_gpus=[RTX_4090]) == [RTX_4090]


def refusal(box: Identity, now: float = NOW, *, fresh: bool = True, **knobs: Any) -> str:
    """Preflight a box that is to get the frameworks alone, 15.5 GB; "" when it passes."""
    stack = plan(replace(box, pci_gpus=()), {}).stack
    try:
        preflight(box, stack, Base(**knobs), now, fresh=fresh)
    except Refused as refused:
        return str(refused)
    return ""


@pytest.mark.parametrize(
    ("box", "knobs", "says"),
    [
        (
            replace(BOX, foreign=("/usr/bin/nvidia-uninstall", "/usr/local/x")),
            {},
            "an installation of NVIDIA's .run files is in the way: /usr/bin/nvidia-uninstall; first uninstall it",
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
