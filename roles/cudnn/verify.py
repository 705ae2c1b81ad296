"""Checks that hold after the cudnn role has run."""

from __future__ import annotations

import pytest
from testinfra.host import Host

from dlbox.stack.model import Stack
from dlbox.verify.probes import expected_versions, found_versions


def test_everybody_finds_the_planned_cudnn(box: Host, stack: Stack) -> None:
    if stack.cudnn is None:
        pytest.skip("no cuDNN is planned")
    loads = "print(ctypes.CDLL('libcudnn.so.9').cudnnGetVersion())"
    assert found_versions(box, "cudnn", loads, "cudnn_version.h", "CUDNN") == expected_versions(
        stack.cudnn
    )
