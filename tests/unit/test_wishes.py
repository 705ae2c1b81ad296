"""What a box's knobs wish of the solver."""

from typing import Any

import pytest

from dlbox.settings.registry import ROLES
from dlbox.stack.constraint import CLOSED, LAYER_OF, Constraint, constraint_fault
from roles.constraints import SETTING_OF, constraints, more_toolkits


def asked(**data: Any) -> list[str]:
    return sorted(str(wish) for wish in constraints(data))


def test_no_data_wishes_nothing() -> None:
    assert constraints({}) == ()
    assert more_toolkits({}) == ()


def test_a_default_written_out_wishes_nothing_either() -> None:
    written = {knob: role.model_fields[f].default for role in ROLES for knob, f in role.knobs().items()}  # fmt: skip
    assert constraints(written) == ()


@pytest.mark.parametrize(
    ("knob", "value", "wish"),
    [
        ("nvidia_driver_version", "580", Constraint("driver", "580")),
        ("nvidia_driver_flavour", "open", Constraint("flavour", "open")),
        ("nvidia_driver_source", "nvidia", Constraint("driver_source", "nvidia")),
        ("cuda_versions", ["12.4"], Constraint("cuda", "12.4")),
        ("cuda_versions", [], Constraint("cuda", "none")),
        ("cuda_compat", "12.8", Constraint("cuda_compat", "12.8")),
        ("cudnn_version", "9.10.*", Constraint("cudnn", "9.10.*")),
        ("cudnn_version", "none", Constraint("cudnn", "none")),
        ("nccl_version", "*", Constraint("nccl", "*")),
        ("frameworks_pytorch", ">=2.7,<2.9", Constraint("pytorch", ">=2.7,<2.9")),
        ("frameworks_pytorch_variant", "cu126", Constraint("pytorch_variant", "cu126")),
        ("frameworks_tensorflow", "none", Constraint("tensorflow", "none")),
        ("frameworks_jax", "0.10", Constraint("jax", "0.10")),
        ("frameworks_jax_variant", "cuda12", Constraint("jax_variant", "cuda12")),
    ],
)
def test_a_knob_is_one_wish(knob: str, value: Any, wish: Constraint) -> None:
    assert constraints({knob: value}) == (wish,)
    assert SETTING_OF[wish.word] == knob
    assert constraint_fault(wish.word, wish.value) is None
    assert constraints({knob: None}) == ()


@pytest.mark.parametrize(
    "data",
    [
        {"nvidia_driver_desktop": True},
        {"box_gpus": []},
        {"base_packages": ["htop"]},
        {"nvidia_archive_url": "https://mirror/cuda"},
        {"box_profile": "full"},
        {"ssh_user": "admin", "cuda": "12.4"},
    ],
)
def test_other_knobs_wish_nothing(data: dict[str, Any]) -> None:
    assert constraints(data) == ()


def test_the_first_toolkit_is_wished_and_the_others_stand_beside_it() -> None:
    data = {"cuda_versions": ["12.4", "13.5", "12.9"]}
    assert constraints(data) == (Constraint("cuda", "12.4"),)
    assert more_toolkits(data) == ("13.5", "12.9")
    assert more_toolkits({"cuda_versions": ["12.4"]}) == ()
    assert more_toolkits({"cuda_versions": []}) == ()


@pytest.mark.parametrize(
    ("names", "wished"),
    [
        (["pytorch", "tensorflow", "jax"], ["jax=*", "pytorch=*", "tensorflow=*"]),
        (["jax"], ["jax=*", "pytorch=none", "tensorflow=none"]),
        ([], ["jax=none", "pytorch=none", "tensorflow=none"]),
    ],
)
def test_named_frameworks_are_wished_and_no_others(names: list[str], asked for: list[str]) -> None:
    assert asked(frameworks_names=names) == wished


def test_a_named_frameworks_version_is_its_wish() -> None:
    given: dict[str, Any] = {"frameworks_pytorch": "2.9", "frameworks_pytorch_variant": "cu128"}
    both = ["pytorch=2.9", "pytorch_variant=cu128"]
    assert asked(**given) == both
    assert asked(frameworks_names=["pytorch"], **given) == [
        "jax=none",
        *both,
        "tensorflow=none",
    ]


def test_names_decide_whether_a_framework_is_there_at_all() -> None:
    assert "pytorch=none" in asked(frameworks_names=["jax"], frameworks_pytorch="2.9")
    assert "pytorch=2.9" not in asked(frameworks_names=["jax"], frameworks_pytorch="2.9")


def test_a_box_for_frameworks_alone_has_no_compilers() -> None:
    assert asked(box_profile="framework_only") == ["cuda=none", "cudnn=none", "nccl=none"]
    assert asked(
        box_profile="framework_only", frameworks_names=["pytorch"], nvidia_driver_version="580"
    ) == [
        *("cuda=none", "cudnn=none", "driver=580", "jax=none"),
        *("nccl=none", "pytorch=*", "tensorflow=none"),
    ]


def test_knobs_for_wishes_exist() -> None:
    known = {knob for role in ROLES for knob in role.knobs()}
    assert set(SETTING_OF.values()) <= known
    assert len(set(SETTING_OF.values())) == len(SETTING_OF)


def test_wishes_without_a_knob_are_those_that_follow_from_the_box() -> None:
    assert set(LAYER_OF) - set(SETTING_OF) == {"fabricmanager", "nvlsm", "python"}
    assert set(CLOSED) <= set(SETTING_OF)
