"""Debian 12 with one Ada card, by plain pyinfra: two toolkits side by side, NCCL by knob, JAX."""

from __future__ import annotations

import re
from pathlib import Path

from dlbox.sandbox.mounts import Mount, wheel_cache
from tests.support.cli import bare_pyinfra, changed, dlbox

RELEASE = "debian-12"
KNOBS = {
    "box_gpus": ["10de:2684"],
    "cuda_versions": ["11.8", "13.5"],
    "nccl_version": "*",
    "frameworks_names": ["jax"],
    "base_packages": ["unattended-upgrades"],
}


def mounts() -> tuple[Mount, ...]:
    """Share wheels; CUDA's packages, over 1 GB, are needed by this box alone."""
    return wheel_cache()


def test_plain_pyinfra_builds_the_same(boxes: Path) -> None:
    run = bare_pyinfra(boxes, "deploys/dlbox.py", "-y")
    assert run.returncode == 0, run.stdout[-3000:]
    told = run.stdout[run.stdout.rindex("1 x GeForce RTX 4090") :]
    for layer in (
        "driver 535 (proprietary), held",
        "CUDA 11.8",
        "CUDA 13.5",
        "cuDNN 9.10.2.21",
        "NCCL 2.21.5",
        "jax 0.10.2",
        "running what CUDA 13.5 compiles: needs driver 580 or newer",
    ):
        assert layer in told


def test_up_again_changes_nothing(boxes: Path) -> None:
    run = dlbox("up", boxes, "-y")
    assert run.returncode == 0
    assert changed(run.stdout) == []


def test_verify_is_green(boxes: Path) -> None:
    run = dlbox("verify", boxes)
    assert run.returncode == 0, run.stdout[-5000:]
    assert re.search(r"\d+ passed, \d+ skipped", run.stdout)
