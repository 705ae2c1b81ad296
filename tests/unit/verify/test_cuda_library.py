"""Versions of CUDA's libraries."""

from __future__ import annotations

from dlbox.stack.components import Library
from dlbox.verify.probes import encoded_version, expected_versions

NCCL = Library(
    cuda=12,
    version="2.27.7",
    lock="nccl-cu12-2.27.7",
    package="nvidia/nccl",
    disk_gb=0.4,
)


def test_versions_as_the_libraries_encode_them() -> None:
    assert [encoded_version("9.10.2.21"), encoded_version("2.27.7")] == [91002, 22707]
    assert expected_versions(NCCL.model_copy(update={"version": "9.10.2.21"})) == {
        "the loader": "91002",
        "the compiler": "9.10.2",
        "pkg-config": "9.10.2.21",
    }
