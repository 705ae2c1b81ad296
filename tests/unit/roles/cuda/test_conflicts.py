"""Settings that cannot be had together."""

from __future__ import annotations

from typing import Any

import pytest

from roles import ROLES

BOTH = "leaves it out | remove one of the two settings"


@pytest.mark.parametrize("setting", ["cudnn_version", "nccl_version"])
def test_a_library_without_any_toolkit_is_a_contradiction(setting: str) -> None:
    assert ROLES.schema.faults({"cuda_versions": [], setting: "*"}) == {
        setting: "requested, but cuda_versions = [] leaves no toolkit to use it with | remove one of the two settings"
    }
    for good in ("none", None):
        assert ROLES.schema.faults({"cuda_versions": [], setting: good}) == {}
    for toolkits in (["12.4"], None):
        assert ROLES.schema.faults({"cuda_versions": toolkits, setting: "*"}) == {}


@pytest.mark.parametrize(
    ("setting", "value"),
    [("cuda_versions", ["12.4"]), ("cudnn_version", "9.10.*"), ("nccl_version", "*")],
)
def test_a_compiler_and_no_compilers_is_a_contradiction(setting: str, value: Any) -> None:
    assert ROLES.schema.faults({"box_profile": "framework_only", setting: value}) == {
        setting: f'requested, but box_profile = "framework_only" {BOTH}'
    }
    assert ROLES.schema.faults({"box_profile": "full", setting: value}) == {}
    nothing: Any = [] if setting == "cuda_versions" else "none"
    for good in (nothing, None):
        assert ROLES.schema.faults({"box_profile": "framework_only", setting: good}) == {}
