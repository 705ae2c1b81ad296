"""Checks that hold after the nccl role has run."""

from __future__ import annotations

import pytest
from testinfra.host import Host

from dlbox.stack.model import Stack
from dlbox.verify.probes import expected_versions, found_versions


def test_everybody_finds_the_planned_nccl(box: Host, stack: Stack) -> None:
    if stack.nccl is None:
        pytest.skip("no NCCL is planned")
    loads = (
        "version = ctypes.c_int(); "
        "ctypes.CDLL('libnccl.so.2').ncclGetVersion(ctypes.byref(version)); print(version.value)"
    )
    assert found_versions(box, "nccl", loads, "nccl.h", "NCCL") == expected_versions(stack.nccl)
