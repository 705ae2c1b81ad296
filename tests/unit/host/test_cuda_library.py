"""Libraries of CUDA, for compilers and linkers."""

from __future__ import annotations

from dlbox.host.cuda_library import library_links, pkg_config
from dlbox.stack.components import Library

NCCL = Library(
    cuda=12,
    version="2.27.7",
    lock="nccl-cu12-2.27.7",
    package="nvidia/nccl",
    disk_gb=0.4,
)


def test_a_library_lies_where_compilers_and_pkg_config_look() -> None:
    assert library_links("nccl", NCCL, ["nccl.h"], ["nccl"]) == {
        "/usr/local/include/nccl.h": "/opt/dlbox/wheels/nccl/nvidia/nccl/include/nccl.h",
        "/usr/local/lib/libnccl.so": "/opt/dlbox/wheels/nccl/nvidia/nccl/lib/libnccl.so",
    }
    assert pkg_config("nccl", "NCCL", NCCL, ["nccl", "more"]) == (
        """\
Name: NCCL
Description: NCCL for CUDA 12
Version: 2.27.7
Cflags: -I/opt/dlbox/wheels/nccl/nvidia/nccl/include
Libs: -L/opt/dlbox/wheels/nccl/nvidia/nccl/lib -lnccl
"""
    )
