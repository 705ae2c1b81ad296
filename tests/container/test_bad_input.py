"""A person's mistakes and unfit boxes: one clear line, exit 2 or 3, nothing changed."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dlbox.sandbox.container import Container, start
from dlbox.sandbox.engine import engine
from dlbox.sandbox.image import image
from dlbox.sandbox.mounts import Mount
from tests.support.cli import dlbox, inventory
from tests.support.snapshot import changes, manifest

RELEASE = "debian-13"


@pytest.fixture(scope="module")
def box() -> Iterator[Container]:
    """Return a fresh box that nothing here may change."""
    os.environ.update(engine().environment())
    made = start("dlbox-test-bad-input", image(RELEASE), disposable=True)
    yield made
    made.remove()


MISTAKES: list[tuple[dict[str, Any], int, str]] = [
    ({"nccl_verson": "*"}, 2, "nccl_verson (the inventory): no such setting | did you mean 'nccl_version'?"),
    ({"cuda_versions": [12.10]}, 2, "Input should be a valid string | write it in quotes (a bare 12.10 is the number 12.1)"),
    ({"frameworks_names": ["pytorh"]}, 2, "should be 'pytorch', 'tensorflow' or 'jax' | did you mean 'pytorch'?"),
    ({"box_gpus": ["10de:ffff"]}, 2, "'10de:ffff' is no NVIDIA GPU of the id table"),
    ({"nvidia_driver_flavour": "open"}, 3, "there are no open modules for a GeForce GTX 1080 Ti (Pascal) | try nvidia_driver_flavour = 'proprietary'"),
    ({"box_gpus": ["10de:102d"]}, 3, "branch 550 does not drive a Tesla K80 (Kepler); its last is 470"),
    ({"box_gpus": ["10de:1b06", "10de:2b85"]}, 3, "branch 595 does not drive a GeForce GTX 1080 Ti (Pascal); its last is 580"),
    ({"nvidia_driver_version": "580"}, 3, "driver=580: debian-13 has none; there is 550, 590, 595, 610 | try"),
    ({"frameworks_pytorch": "2.14"}, 3, "pytorch-2.14.0-cu126 is not locked by hash | run ./dlbox catalog --lock pytorch-2.14.0-cu126"),
    ({"cuda_versions": ["13.5"]}, 3, "CUDA 13.5 does not compile for a GeForce GTX 1080 Ti (sm_61) | try cuda_versions = ['12.4']"),
    ({"box_gpus": [], "cudnn_version": "*"}, 3, "toolkit, and debian-13 leaves no cuda | try cudnn_version = 'none'"),
    ({"base_min_free_gb": 9000}, 3, "GB free where 9000.0 GB are needed | free some, or lower base_min_free_gb"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("settings", "code", "says"), MISTAKES, ids=lambda value: str(value)[:40]
)
def test_a_wrong_setting(
    box: Container, tmp_path: Path, settings: dict[str, Any], code: int, says: str
) -> None:
    assert_refused(box, tmp_path, {"box_gpus": ["10de:1b06"], **settings}, code, says)


UNFIT = {
    "another system": (
        "rm /etc/os-release && printf 'ID=fedora\\nVERSION_ID=40\\n' >/etc/os-release",
        "ln -sf ../usr/lib/os-release /etc/os-release",
        "fedora-40 is not supported; take debian-12, debian-13",
    ),
    "another architecture": (
        "printf '#!/bin/sh\\necho aarch64\\n' >/usr/local/sbin/uname && chmod 755 /usr/local/sbin/uname",
        "rm /usr/local/sbin/uname",
        "its architecture is aarch64; only x86_64 is supported",
    ),
    "a .run driver": (
        "touch /usr/bin/nvidia-uninstall",
        "rm /usr/bin/nvidia-uninstall",
        "a driver of NVIDIA's .run file: /usr/bin/nvidia-uninstall | nvidia_driver_adopt = True converts it, or by hand: run nvidia-uninstall",
    ),
    "a wrong clock": (
        "printf '#!/bin/sh\\necho 1000000000\\n' >/usr/local/sbin/date && chmod 755 /usr/local/sbin/date",
        "rm /usr/local/sbin/date",
        "s off the controller's | set it, or raise base_max_clock_skew_s",
    ),
}


@pytest.mark.parametrize("unfit", UNFIT)
def test_an_unfit_box(box: Container, tmp_path: Path, unfit: str) -> None:
    cause, cure, says = UNFIT[unfit]
    box.run("sh", "-c", cause)
    try:
        assert_refused(box, tmp_path, {}, 3, says)
    finally:
        box.run("sh", "-c", cure)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a disk of 2 GB")
def test_a_disk_of_2_gb(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2g", "tmpfs", disk], check=True)
    small = start(
        "dlbox-test-small", image(RELEASE), disposable=True, mounts=[Mount(disk, "/opt")]
    )
    try:
        assert_refused(small, tmp_path, {}, 3, "GB free where 15.5 GB are needed")
    finally:
        small.remove()
        subprocess.run(["umount", disk], check=True)


def assert_refused(
    box: Container, folder: Path, settings: dict[str, Any], code: int, says: str
) -> None:
    """Run ``up`` and hold it to its one form of error: what, where and why; then what to do."""
    before = manifest(box)
    run = dlbox("up", inventory(folder, (box, settings)), "-y")
    reason, _, remedy = says.partition(" | ")
    lines = run.stdout.splitlines()
    at = [number for number, line in enumerate(lines) if reason in line]
    assert run.returncode == code, run.stdout
    assert at, run.stdout
    assert box.host in lines[at[-1]]
    assert not remedy or lines[at[-1] + 1].startswith(f"  -> {remedy}"), run.stdout
    assert "Traceback" not in run.stdout
    assert changes(before, manifest(box)) == []
