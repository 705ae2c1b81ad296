"""Debian 13 with two GTX 1080 Ti, from a bundle: up, up again, verify, and every way verify must go red."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest

from dlbox.lockfile.file import load_lock
from dlbox.sandbox.container import Container
from dlbox.sandbox.mounts import Mount, cache_root
from tests.container.breakages import ROUNDS, Breakage
from tests.support.archive.keys import signing_home
from tests.support.cli import changed, dlbox, inventory
from tests.support.snapshot import changes, manifest

RELEASE = "debian-13"
KNOBS = {"box_gpus": ["10de:1b06", "10de:1b06"], "box_bundle": "/srv/bundle"}
BUNDLE = cache_root() / "bundle"


def mounts() -> tuple[Mount, ...]:
    """Share the bundle; a second copy of its 13 GB of wheels would not fit into 35 GB of disk."""
    BUNDLE.mkdir(parents=True, exist_ok=True)
    return (Mount(BUNDLE, "/srv/bundle", read_only=True),)


@pytest.fixture(scope="module")
def lock(box: Container, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the lock of the bare box."""
    folder = tmp_path_factory.mktemp("lock")
    file = folder / "pascal.yaml"
    knobs = {"box_gpus": KNOBS["box_gpus"], "box_lock": str(file)}
    run = dlbox("lock", inventory(folder, (box, knobs)))
    assert run.returncode == 0, run.stdout[-3000:]
    return file


@pytest.fixture(scope="module", autouse=True)
def tidy() -> Iterator[None]:
    """Leave no bundle behind."""
    yield
    shutil.rmtree(BUNDLE, ignore_errors=True)


def test_a_lock_holds_all_of_a_pascal_cards_stack(lock: Path) -> None:
    said = load_lock(str(lock))
    assert {"libcuda1", "nvidia-cuda-toolkit", "git"} <= set(said.versions)
    assert {"torch", "tensorflow", "uv", "jupyterlab"} <= {wheel.name for wheel in said.wheels}
    assert all(len(package.sha256) == 64 for package in said.packages)  # SHA-256, in hex


def test_a_bundle_holds_all_of_the_lock(lock: Path, tmp_path: Path) -> None:
    with signing_home(tmp_path) as (home, fingerprint):
        run = dlbox("bundle", lock, "--to", BUNDLE, "--key", fingerprint, "--gnupg-home", home)
    assert run.returncode == 0, run.stdout[-3000:]
    print(run.stdout.splitlines()[-1])  # noqa: T201 - what -rP shows for the record
    said = load_lock(str(lock))
    wheels = {path.name for path in (BUNDLE / "wheels").glob("*.whl")}
    assert wheels == {wheel.file for wheel in said.wheels}
    assert {path.name for path in (BUNDLE / "apt").glob("*.deb")} == {
        package.file for package in said.packages
    }


def test_up_builds_it_with_the_network_cut(box: Container, boxes: Path) -> None:
    with box.cut_off():
        assert box.run("ip", "-br", "link").stdout.split()[:1] == ["lo"]
        assert "eth" not in box.run("ip", "-br", "link").stdout
        run = dlbox("up", boxes, "-y")
    assert run.returncode == 0, run.stdout[-3000:]
    assert re.search(r"\d+ packages from the bundle", run.stdout)
    told = run.stdout[run.stdout.rindex("2 x GeForce GTX 1080 Ti") :]
    for layer in (
        "driver 550 (proprietary), held",
        "CUDA 12.4",
        "cuDNN 9.10.2.21",
        "NCCL 2.32.3",
        "pytorch 2.7.1 (CUDA 12.6, cuDNN 9.5.1.17)",
        "tensorflow 2.21.0 (CUDA 12.9, cuDNN 9.10.2.21)",
        "JupyterLab on 127.0.0.1:8888",
        "jax: not requested",
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
    assert seconds < 15, f"a second run took {seconds:.0f} s"


def test_verify_is_green(boxes: Path) -> None:
    run = dlbox("verify", boxes)
    assert run.returncode == 0, run.stdout[-5000:]
    assert re.search(r"^skipped +\d+: no GPU$", run.stdout, re.MULTILINE)
    assert re.search(r"\d+ passed, \d+ skipped", run.stdout)


@pytest.mark.parametrize("breakages", ROUNDS, ids=range(len(ROUNDS)))
def test_verify_goes_red_and_names_it(
    box: Container, boxes: Path, breakages: tuple[Breakage, ...]
) -> None:
    for breakage in breakages:
        box.run("sh", "-c", breakage.cause)
    try:
        checks = " or ".join(f"({breakage.checks})" for breakage in breakages)
        run = dlbox("verify", boxes, "--", "-k", checks)
    finally:
        for breakage in reversed(breakages):
            box.run("sh", "-c", breakage.cure)
    assert run.returncode == 1, run.stdout[-3000:]
    unsaid = [one.name for one in breakages if not re.search(one.says, run.stdout)]
    assert unsaid == [], run.stdout[-5000:]


def test_up_mends_what_the_cures_have_left(boxes: Path) -> None:
    """A package that was taken out and put back is another one than was recorded."""
    assert dlbox("up", boxes, "-y").returncode == 0
    run = dlbox("up", boxes, "-y")
    assert run.returncode == 0, run.stdout[-3000:]
    assert changed(run.stdout) == []
