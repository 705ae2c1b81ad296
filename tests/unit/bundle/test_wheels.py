"""Which wheels a bundle has, and where each is to be had."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dlbox.bundle.errors import BundleError
from dlbox.bundle.files import BundleFile
from dlbox.bundle.wheels import addressed, lock_names
from dlbox.lockfile.model import LockedWheel
from tests.support.builders import a_box, a_plan
from tests.support.debs import locked
from tests.support.downloads import sha
from tests.support.locks import a_lock, stack_content

STACK = {
    "toolkits": [{"lock": "cuda-13.0"}, {"lock": None}],
    "cudnn": {"lock": "cudnn-cu12-9.10.2.21"},
    "nccl": None,
    "frameworks": {
        "pytorch": {"lock": "pytorch-2.7.1-cu126", "index": "https://wheels.example/cu126"},
        "tensorflow": {"lock": "tensorflow-2.21.0-cu12", "index": None},
    },
}


def test_the_locks_of_a_stack_and_their_indexes(tmp_path: Path) -> None:
    lock = locked(tmp_path, "http://m", (), stack=STACK, knobs={})
    assert lock_names(lock) == {
        "uv": None,
        "jupyter": None,
        "cuda-13.0": None,
        "cudnn-cu12-9.10.2.21": None,
        "pytorch-2.7.1-cu126": "https://wheels.example/cu126",
        "tensorflow-2.21.0-cu12": None,
    }
    without = locked(tmp_path, "http://m", (), knobs={"jupyter_install": False})
    assert lock_names(without) == {"uv": None}


@dataclass(frozen=True)
class Found:
    """A wheel as an index has it."""

    wheel: LockedWheel
    url: str


def wheel(name: str, body: bytes) -> LockedWheel:
    file = f"{name}-1.0+cu126-py3-none-any.whl"
    return LockedWheel(name=name, version="1.0", file=file, size=len(body), sha256=sha(body))


def test_wheels_are_found_by_their_digest_and_missed_by_name() -> None:
    asked_for = BundleFile("torch 1.0", "wheels/torch.whl", 1, sha(b"t"))
    package = BundleFile("a 1.0", "apt/a.deb", 1, "ab", ("http://m/a",))
    found = [
        Found(wheel("torch", b"other"), "http://i/1"),
        Found(wheel("x", b"t"), "http://i/2"),
    ]
    named = {"uv": None}
    [same, torch] = addressed([package, asked_for], named, lambda _: found)
    assert same == package
    assert torch.addresses == ("http://i/2",)
    with pytest.raises(
        BundleError, match=r"torch 1\.0: these wheels are no longer in any index"
    ):
        addressed([asked_for], named, lambda _: found[:1])


def test_no_index_is_asked_where_no_wheel_is_missing() -> None:
    def never(_: object) -> list[Found]:
        pytest.fail("an index was requested")

    package = BundleFile("a 1.0", "apt/a.deb", 1, "ab", ("http://m/a",))
    assert addressed([package], {}, never) == [package]


@pytest.mark.parametrize(
    ("card", "data"),
    [
        ("10de:1b06", {}),
        ("10de:1b06", {"jupyter_install": False}),
        ("10de:2684", {"cuda_versions": ["13.5", "12.4"]}),
        ("10de:2684", {"box_profile": "framework_only", "frameworks_names": ["jax"]}),
        ("10de:2684", {"box_gpus": [], "frameworks_names": []}),
    ],
)
def test_a_bundle_has_the_wheels_that_the_roles_install(
    card: str, data: dict[str, Any]
) -> None:
    plan = a_plan(a_box(pci_gpus=(card,)), **data)
    lock = a_lock(stack=stack_content(plan.stack), knobs=plan.settings.locked())
    assert lock_names(lock) == plan.wheel_locks
