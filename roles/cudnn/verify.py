"""What must be true once the cudnn role has run."""

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
def cudnn(stack: Stack) -> Library:
    """The planned cuDNN."""
    if stack.cudnn is None:
        pytest.skip("no cuDNN is planned")
    return stack.cudnn


def test_the_loader_finds_the_planned_cudnn(box: Host, cudnn: Library) -> None:
    found = loaded_version(box, "print(ctypes.CDLL('libcudnn.so.9').cudnnGetVersion())")
    assert found == number(cudnn.version)


def test_the_compiler_finds_the_planned_cudnn(box: Host, cudnn: Library) -> None:
    assert header_version(box, "cudnn_version.h", "CUDNN") == shortened(cudnn)


def test_pkg_config_knows_the_planned_cudnn(box: Host, cudnn: Library) -> None:
    assert installed_version(box, "cudnn") == cudnn.version
