"""What a person is warned of in a stack that fits."""

from datetime import date
from typing import Any

import pytest

from tests.support.stacks import GTX_1080_TI, H100, RTX_4090, RTX_5090, stack


@pytest.mark.parametrize(
    ("today", "system", "cards", "constraints", "warning"),
    [
        ("2026-09-01", "debian-13", RTX_5090, "", None),
        ("2026-11-24", "debian-13", RTX_5090, "", "driver 595: its support ends on 2027-03-31, in 127 days"),
        ("2027-03-31", "debian-13", RTX_5090, "", "driver 595: its support ends on 2027-03-31, in 0 days"),
        ("2027-04-01", "ubuntu-24.04", RTX_4090, "driver=595", "driver 595: NVIDIA's own support of this branch ended on 2027-03-31"),
        ("2026-11-24", "ubuntu-24.04", RTX_4090, "", None),
        ("2028-06-01", "ubuntu-24.04", RTX_4090, "", "driver 580: its support ends on 2028-06-30, in 29 days"),
        ("2028-07-01", "ubuntu-24.04", GTX_1080_TI, "", "driver 580: NVIDIA's own support of this branch ended on 2028-06-30"),
        ("2026-11-24", "ubuntu-24.04", GTX_1080_TI, "", "driver 580 is the last branch for a GeForce GTX 1080 Ti (Pascal)"),
        ("2026-11-24", "debian-13", RTX_4090, "", "driver 550: NVIDIA's own support of this branch has ended; driver_source=nvidia brings 595, supported until 2027-03-31"),
        ("2026-11-24", "debian-12", RTX_4090, "", "driver 535: NVIDIA's own support of this branch ended on 2026-06-30; driver_source=nvidia brings 580, supported until 2028-06-30"),
        ("2026-12-15", "ubuntu-22.04", RTX_4090, "", "ubuntu-22.04: its free security support ends on 2027-06-01"),
        ("2027-06-02", "ubuntu-22.04", RTX_4090, "", "ubuntu-22.04: its free security support ended on 2027-06-01"),
    ],
)  # fmt: skip
def test_what_ends_soon_or_has_ended_is_said(
    today: str, system: str, cards: str, constraints: str, warning: str | None
) -> None:
    got = stack(system, cards, constraints, today=date.fromisoformat(today))
    ends = [said for said in got.warnings if "support" in said or "last branch" in said]
    assert warning in ends if warning else ends == []


def test_secure_boot_is_warned_of_where_there_is_a_module_to_sign() -> None:
    def warned(cards: str, *, secure_boot: bool) -> bool:
        got = stack("debian-13", cards, secure_boot=secure_boot)
        return any("Secure Boot" in said for said in got.warnings)

    assert warned(RTX_4090, secure_boot=True)
    assert not warned(RTX_4090, secure_boot=False)
    assert not warned("", secure_boot=True)


@pytest.mark.parametrize(
    ("system", "cards", "constraints", "words"),
    [
        ("debian-13", f"{GTX_1080_TI} {RTX_4090}", "", "mixed cards: GeForce GTX 1080 Ti (sm_61), GeForce RTX 4090 (sm_89)"),
        ("debian-13", f"{RTX_4090} {RTX_4090}", "", "PCIe lanes"),
        ("ubuntu-24.04", RTX_4090, "cuda=13.5", "CUDA 13.5 is newer than driver 580 (CUDA 13.0)"),
        ("ubuntu-24.04", RTX_4090, "cuda=13.2", "CUDA 13.2 is newer than driver 580 (CUDA 13.0)"),
        ("debian-13", RTX_4090, "driver=550 cuda=12.*", None),
        ("ubuntu-24.04", GTX_1080_TI, "pytorch=2.14", "PyTorch 2.14.0: its wheels are not locked"),
    ],
)  # fmt: skip
def test_what_needs_care_is_said(
    system: str, cards: str, constraints: str, words: str | None
) -> None:
    said = stack(system, cards, constraints).warnings
    assert any((words or "driver 550") in warning for warning in said)


@pytest.mark.parametrize(
    ("cards", "constraints", "given", "word"),
    [
        (RTX_4090, "driver=none", {}, "no driver is planned"),
        (f"{H100} {H100}", "fabricmanager=none", {"switches": "22a3"}, "error 802"),
        (GTX_1080_TI, "pytorch=2.14", {}, "dlbox catalog --lock pytorch-2.14.0-cu126"),
    ],
    ids=["no driver", "no Fabric Manager", "no lock"],
)
def test_a_constraint_that_leaves_something_undone_is_warned_of(
    cards: str, constraints: str, given: dict[str, Any], word: str
) -> None:
    def warned(said: str, more: dict[str, Any]) -> bool:
        return any(word in line for line in stack("ubuntu-24.04", cards, said, **more).warnings)

    assert warned(constraints, given)
    assert not warned("", given)
