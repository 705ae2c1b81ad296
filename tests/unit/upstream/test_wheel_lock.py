"""What uv is asked when a row's wheels are locked."""

import pytest

from dlbox.subprocesses import Unreadable
from dlbox.upstream import wheel_lock

INDEXED = {
    "version": "2.14.0",
    "variant": "cu126",
    "index": "https://there",
    "python": ["3.9", ""],
}


def test_a_wheel_of_its_own_index_is_named_with_its_variant() -> None:
    assert (
        wheel_lock.requirements("pytorch", INDEXED) == "torch==2.14.0+cu126\nnumpy\nipykernel\n"
    )
    told_uv = wheel_lock.arguments(INDEXED)
    assert told_uv[told_uv.index("--index") + 1] == "https://there"
    assert told_uv[told_uv.index("--python-version") + 1] == "3.10"


def test_a_lock_pins_what_metadata_leaves_open() -> None:
    jax = {"version": "1.0", "variant": "cuda12", "cudnn": "9.10.2.21", "nccl": ">=2.18"}
    assert wheel_lock.requirements("jax", jax) == (
        "jax[cuda12]==1.0\nnvidia-cudnn-cu12==9.10.2.21\nipykernel\n"
    )
    assert "--index" not in wheel_lock.arguments({"python": ["3.12", "3.14"]})


def test_a_row_is_found_by_its_locks_name() -> None:
    data = {"pytorch": [INDEXED]}
    assert wheel_lock.select_row(data, "pytorch-2.14.0-cu126") == ("pytorch", INDEXED)
    with pytest.raises(Unreadable, match=r"has no pytorch-2\.14\.0-cu130"):
        wheel_lock.select_row(data, "pytorch-2.14.0-cu130")
