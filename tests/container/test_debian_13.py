"""Debian 13 with two GTX 1080 Ti: up, up again, verify, and every way verify must go red."""

from __future__ import annotations

import re
from pathlib import Path
from time import monotonic

import pytest

from tests.boxes.container import Container
from tests.boxes.manifest import changes, manifest
from tests.boxes.mounts import Mount
from tests.boxes.verbs import changed, dlbox
from tests.container.breakages import BREAKAGES, Breakage

RELEASE = "debian-13"
KNOBS = {"box_gpus": ["10de:1b06", "10de:1b06"]}


def mounts() -> tuple[Mount, ...]:
    """Share no cache: a second copy of its 13 GB of wheels would not fit into 35 GB of disk."""
    return ()


def test_up_builds_the_stack_of_a_pascal_card(boxes: Path) -> None:
    run = dlbox("up", boxes, "-y")
    assert run.returncode == 0, run.stdout[-3000:]
    told = run.stdout[run.stdout.rindex("2 x GeForce GTX 1080 Ti") :]
    for layer in (
        "driver 550 (proprietary), held",
        "CUDA 12.4",
        "cuDNN 9.10.2.21",
        "NCCL 2.32.3",
        "pytorch 2.7.1 (CUDA 12.6, cuDNN 9.5.1.17)",
        "tensorflow 2.21.0 (CUDA 12.9, cuDNN 9.10.2.21)",
        "JupyterLab on 127.0.0.1:8888",
        "jax: not asked for",
    ):
        assert layer in told


def test_up_again_changes_nothing(box: Container, boxes: Path) -> None:
    before = manifest(box)
    assert len(before) > 50_000, "the manifest has lost its trees"
    started = monotonic()
    run = dlbox("up", boxes, "-y")
    seconds = monotonic() - started
    assert run.returncode == 0
    assert changed(run.stdout) == []
    assert changes(before, manifest(box)) == []
    assert seconds < 60, f"a second run took {seconds:.0f} s"


def test_verify_is_green(boxes: Path) -> None:
    run = dlbox("verify", boxes)
    assert run.returncode == 0, run.stdout[-5000:]
    assert re.search(r"^skipped +\d+: no GPU$", run.stdout, re.MULTILINE)
    assert re.search(r"\d+ passed, \d+ skipped", run.stdout)


@pytest.mark.parametrize("breakage", BREAKAGES, ids=lambda breakage: breakage.name)
def test_verify_goes_red_and_names_it(box: Container, boxes: Path, breakage: Breakage) -> None:
    box.run("sh", "-c", breakage.cause)
    try:
        run = dlbox("verify", boxes, "--", "-k", breakage.checks)
    finally:
        box.run("sh", "-c", breakage.cure)
    said = [line for line in run.stdout.splitlines() if re.search(breakage.says, line)]
    print(f"{breakage.name}: {said[:1]}")  # noqa: T201 - what -rP shows for the record
    assert run.returncode == 1, run.stdout[-3000:]
    assert said, run.stdout[-3000:]


def test_up_finds_every_cure_complete(boxes: Path) -> None:
    run = dlbox("up", boxes, "-y")
    assert run.returncode == 0, run.stdout[-3000:]
    assert changed(run.stdout) == []
