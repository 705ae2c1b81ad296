"""Packages at a planned version."""

from __future__ import annotations

from dlbox.host.apt import packages_to_change
from dlbox.host.apt_facts import Package


def package(version: str, source: str = "x") -> Package:
    return Package(version, source, held=False)


def installed(text: str) -> dict[str, Package]:
    return {name: package(version) for name, version in map(str.split, text.split(","))}


def test_what_lacks_is_what_is_not_there_or_not_as_wanted() -> None:
    found = installed("libcuda1 550.163.01-2, nvidia-smi 535.261.03-1, nvidia-modprobe 1-1")
    wanted = {"libcuda1": "550.", "nvidia-smi": "550.", "nvidia-modprobe": "", "dkms": ""}
    assert packages_to_change(found, wanted) == ["nvidia-smi", "dkms"]
    assert packages_to_change(found, {"libcuda1": "550.163.01-"}) == []
    assert packages_to_change(found, {"libcuda1": "55."}) == ["libcuda1"]
    assert packages_to_change({}, {}) == []
