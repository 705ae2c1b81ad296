"""Debian 13 with an Ampere card and NVIDIA's repository (a stub of it), with real toolkit and wheels."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from dlbox.sandbox.mounts import wheel_cache
from tests.container.archive_box import ArchiveBox, archive_box
from tests.support.archive.keys import make_key
from tests.support.cli import dlbox
from tests.support.snapshot import changes, manifest

TAG = "debian13"
VERSIONS = ("590.48.01", "595.71.05", "595.112.07", "610.57.04")
AMPERE: dict[str, Any] = {"box_gpus": ["10de:2204"], "nvidia_driver_source": "nvidia"}
FULL: dict[str, Any] = {**AMPERE, "box_profile": "full", "frameworks_names": ["pytorch"]}
OURS = "/etc/apt/sources.list.d/dlbox-nvidia.sources"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ArchiveBox]:
    with archive_box("debian-13", tmp_path_factory.mktemp("nvidia"), *wheel_cache()) as made:
        made.publish(TAG, VERSIONS)
        yield made


def test_a_key_that_apt_does_not_trust_leaves_no_source_behind(made: ArchiveBox) -> None:
    old = make_key(None, "an SHA-1 key", digest="SHA1")
    made.publish(TAG, VERSIONS, old)
    run = made.up(**AMPERE, key=old)
    made.publish(TAG, VERSIONS)
    assert run.returncode == 1
    assert "Add NVIDIA's repository: failed" in run.stdout
    assert "SHA1 is not considered secure" in run.stdout
    assert made.box.run("test", "-e", OURS, check=False).returncode == 1
    made.box.run("apt-get", "-q", "update", "-eany")
    assert made.driver() == {}


def test_a_persons_own_entry_of_the_repository_is_not_broken_by_ours(made: ArchiveBox) -> None:
    theirs = "/etc/apt/sources.list.d/cuda-debian13.list"
    key = "/etc/apt/keyrings/cuda.asc"
    made.box.run("tee", key, input=made.key.armored)
    entry = f"deb [signed-by={key}] {made.url}/{TAG}/x86_64/ /\n"
    made.box.run("tee", theirs, input=entry)
    run = made.up(**AMPERE)
    assert run.returncode == 1
    assert "another entry of this repository is in the way" in run.stdout
    assert made.box.run("test", "-e", OURS, check=False).returncode == 1
    made.box.run("apt-get", "-q", "update", "-eany")
    made.box.run("rm", theirs, key)


def test_plan_shows_what_apt_would_do_and_changes_nothing(made: ArchiveBox) -> None:
    before = manifest(made.box)
    run = dlbox("plan", made.inventory(**FULL))
    assert run.returncode == 0, run.stdout[-3000:]
    assert re.search(r"driver +595\.112\.07 open +nvidia +until 2027-03", run.stdout)
    assert re.search(r"apt would install: \d+ new, 0 moved, 0 removed", run.stdout)
    assert changes(before, manifest(made.box)) == []


def test_the_whole_stack_stands_on_nvidias_driver(made: ArchiveBox) -> None:
    run = dlbox("up", made.inventory(**FULL), "-y")
    assert run.returncode == 0, run.stdout[-4000:]
    for layer in (
        "driver 595 (open, NVIDIA's), held",
        "CUDA 13.2",
        "cuDNN 9.28.1.4",
        "pytorch 2.15.0 (CUDA 13.2, cuDNN 9.26.0.51)",
    ):
        assert layer in run.stdout
    versions = made.driver()
    assert versions["nvidia-kernel-open-dkms"] == "595.112.07-1"
    assert set(versions.values()) == {"595.112.07-1"}
    proof = dlbox("verify", made.inventory(**FULL))
    assert proof.returncode == 0, proof.stdout[-5000:]


def test_an_older_version_of_the_branch_is_an_order_like_any_other(made: ArchiveBox) -> None:
    made.provision(**AMPERE, nvidia_driver_version="595.71.05")
    assert set(made.driver().values()) == {"595.71.05-1"}


def test_back_on_debians_own_driver_nothing_of_nvidias_is_left(made: ArchiveBox) -> None:
    made.provision(**{**AMPERE, "nvidia_driver_source": "distro"})
    versions = made.driver()
    assert versions["nvidia-kernel-dkms"].startswith("550.")
    assert [v for v in versions.values() if v.startswith(("590.", "595.", "610."))] == []
    assert made.box.run("test", "-e", OURS, check=False).returncode == 1
