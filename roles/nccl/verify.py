"""What must be true once the nccl role has run."""

from __future__ import annotations

import pytest
from testinfra.host import Host

from roles.box.library_checks import (
    header_version,
    installed_version,
    loaded_version,
    number,
    shortened,
)
from roles.stack.model import Stack
from roles.stack.offers import Library


@pytest.fixture
def nccl(stack: Stack) -> Library:
    """The planned NCCL."""
    if stack.nccl is None:
        pytest.skip("no NCCL is planned")
    return stack.nccl


def test_the_loader_finds_the_planned_nccl(box: Host, nccl: Library) -> None:
    ask = "v = ctypes.c_int(); ctypes.CDLL('libnccl.so.2').ncclGetVersion(ctypes.byref(v)); print(v.value)"
    assert loaded_version(box, ask) == number(nccl.version)


def test_the_compiler_finds_the_planned_nccl(box: Host, nccl: Library) -> None:
    assert header_version(box, "nccl.h", "NCCL") == shortened(nccl)


def test_pkg_config_knows_the_planned_nccl(box: Host, nccl: Library) -> None:
    assert installed_version(box, "nccl") == nccl.version
