"""What a box's settings ask of the solver."""

from typing import Any

import pytest

from dlbox.stack.constraint import CLOSED, LAYER_OF, Constraint, constraint_fault
from roles import ROLES
from tests.support.builders import some_settings

SETTING_OF = {
    word: f"{model.role}_{field}"
    for model in ROLES.schema.models
    for word, field in model.constrains.items()
}
"""Word of a constraint -> the setting that expresses it."""


def constraints(**data: Any) -> tuple[Constraint, ...]:
    return some_settings(**data).requirements().constraints


def more_toolkits(**data: Any) -> tuple[str, ...]:
    return some_settings(**data).requirements().more_toolkits


def asked(**data: Any) -> list[str]:
    return sorted(str(constraint) for constraint in constraints(**data))


def test_no_data_asks_for_nothing() -> None:
    assert constraints() == ()
    assert more_toolkits() == ()


def test_a_default_written_out_asks_for_nothing_either() -> None:
    assert constraints(**ROLES.schema.defaults()) == ()


@pytest.mark.parametrize(
    ("setting", "value", "constraint"),
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
def test_a_setting_is_one_constraint(setting: str, value: Any, constraint: Constraint) -> None:
    assert constraints(**{setting: value}) == (constraint,)
    assert SETTING_OF[constraint.word] == ROLES.schema.setting_of(constraint.word) == setting
    assert constraint_fault(constraint.word, constraint.value) is None
    assert constraints(**{setting: None}) == ()


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
def test_other_settings_ask_for_nothing(data: dict[str, Any]) -> None:
    assert constraints(**data) == ()


def test_the_first_toolkit_is_asked_for_and_the_others_stand_beside_it() -> None:
    data = {"cuda_versions": ["12.4", "13.5", "12.9"]}
    assert constraints(**data) == (Constraint("cuda", "12.4"),)
    assert more_toolkits(**data) == ("13.5", "12.9")
    assert more_toolkits(cuda_versions=["12.4"]) == ()
    assert more_toolkits(cuda_versions=[]) == ()


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["pytorch", "tensorflow", "jax"], ["jax=*", "pytorch=*", "tensorflow=*"]),
        (["jax"], ["jax=*", "pytorch=none", "tensorflow=none"]),
        ([], ["jax=none", "pytorch=none", "tensorflow=none"]),
    ],
)
def test_named_frameworks_are_asked_for_and_no_others(
    names: list[str], said: list[str]
) -> None:
    assert asked(frameworks_names=names) == said


def test_a_named_frameworks_version_is_its_constraint() -> None:
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


def test_settings_for_constraints_exist() -> None:
    known = set(ROLES.schema.defaults())
    assert set(SETTING_OF.values()) <= known
    assert len(set(SETTING_OF.values())) == len(SETTING_OF)


def test_constraints_without_a_setting_are_those_that_follow_from_the_box() -> None:
    assert set(LAYER_OF) - set(SETTING_OF) == {"fabricmanager", "nvlsm", "python"}
    assert set(CLOSED) <= set(SETTING_OF)
    unsaid = set(LAYER_OF) - set(SETTING_OF)
    assert {word: ROLES.schema.setting_of(word) for word in unsaid} == {w: w for w in unsaid}


@pytest.mark.parametrize("remedy", ["flavour", "kernel"])
def test_the_remedy_for_a_kernel_is_that_of_the_drivers_settings(remedy: str) -> None:
    assert some_settings(nvidia_driver_remedy=remedy).requirements().remedy == remedy
    assert some_settings().requirements().remedy == "flavour"
