"""Debian 12 with an Ampere card and NVIDIA's repository (a stub of it): branch 580, 595 and back.

Debian's names carry no branch, so that the two eras differ in nothing but their version.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.container.archive_box import ArchiveBox, archive_box

TAG = "debian12"
VERSIONS = ("580.159.03", "580.178.04", "595.112.07", "610.57.04")
AMPERE: dict[str, Any] = {"box_gpus": ["10de:2204"], "nvidia_driver_source": "nvidia"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ArchiveBox]:
    with archive_box("debian-12", tmp_path_factory.mktemp("nvidia")) as made:
        made.publish(TAG, VERSIONS)
        yield made


@pytest.mark.parametrize(
    ("wanted", "version", "module"),
    [
        ({}, "580.178.04-1", "nvidia-kernel-open-dkms"),
        ({"nvidia_driver_version": "595"}, "595.112.07-1", "nvidia-kernel-open-dkms"),
        ({"nvidia_driver_flavour": "proprietary"}, "580.178.04-1", "nvidia-kernel-dkms"),
    ],
    ids=["580", "595 in its place", "580 again, and its other modules"],
)
def test_one_driver_takes_the_place_of_another(
    made: ArchiveBox, wanted: dict[str, Any], version: str, module: str
) -> None:
    made.provision(**AMPERE, **wanted)
    found = made.driver()
    assert set(found.values()) == {version}
    assert [name for name in found if name.endswith("-dkms")] == [module]
