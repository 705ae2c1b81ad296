"""What must be true once the nccl role has run."""

from __future__ import annotations

import pytest
from testinfra.host import Host

from roles.box.library_checks import found, wanted
from roles.stack.model import Stack


def test_everybody_finds_the_planned_nccl(box: Host, stack: Stack) -> None:
    if stack.nccl is None:
        pytest.skip("no NCCL is planned")
    loads = (
        "version = ctypes.c_int(); "
        "ctypes.CDLL('libnccl.so.2').ncclGetVersion(ctypes.byref(version)); print(version.value)"
    )
    assert found(box, "nccl", loads, "nccl.h", "NCCL") == wanted(stack.nccl)
