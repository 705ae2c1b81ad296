"""What host data may say, and how each mistake in it is named."""

from __future__ import annotations

from typing import Any

import pytest

from dlbox.settings.model import OF_ONE_RUN, RoleSettings, Scope
from roles import ROLES
from tests.support.builders import GTX_1080_TI, some_settings

QUOTES = " | write it in quotes (a bare 12.10 is the number 12.1)"
FRAMEWORKS = "Input should be 'pytorch', 'tensorflow' or 'jax'"
CONSTRAINT = "is no version, prefix (9.10.*), range (>=12.6,<13), * or none"
VARIANT = "is no wheel variant such as cu126 or cuda13"
GOOD: dict[str, Any] = {
    "box_gpus": ["10de:1b06", "10de:1b06"],
    "base_packages": ["htop"],
    "base_min_free_gb": 0,
    "nvidia_driver_flavour": "proprietary",
    "nvidia_driver_when_busy": "wait:2h",
    "nvidia_driver_remedy": "kernel",
    "nvidia_driver_reboot": "if-needed",
    "gpu_policy_cards": {"0": {"power_limit_w": 250}},
    "cuda_versions": ["12.4", "13.5"],
    "box_profile": "full",
    "nvidia_archive_url": "https://mirror/compute/cuda/repos",
    "nvidia_driver_version": "580",
    "nvidia_driver_source": "nvidia",
    "cuda_compat": None,
    "cudnn_version": "none",
    "nccl_version": "*",
    "frameworks_names": ["pytorch", "jax"],
    "frameworks_pytorch": ">=2.7,<2.11",
    "frameworks_pytorch_variant": "cu126",
    "frameworks_tensorflow": "2.21",
    "frameworks_jax": "0.10.*",
    "frameworks_jax_variant": "cuda12",
    "jupyter_port": 65535,
}


@pytest.mark.parametrize(
    ("setting", "value", "fault"),
    [
        ("cuda_versoins", [], "no such setting | did you mean 'cuda_versions'?"),
        ("nccl", True, "no such setting | did you mean 'nccl_version'?"),
        ("nvidia_archive_mirror", "", "no such setting | did you mean 'nvidia_archive_url'?"),
        ("Jupyter_port", 8888, "no such setting | did you mean 'jupyter_port'?"),
        ("zzz", 1, "no such setting | group_data/all.py lists every setting"),
        ("box_gpus", ["1b06"], "['1b06']: '1b06' is not a PCI id | write vendor:device as lspci -nn does: 10de:1b06"),
        ("box_gpus", ["10DE:1B06"], "['10DE:1B06']: '10DE:1B06' is not a PCI id | write vendor:device as lspci -nn does: 10de:1b06"),
        ("box_gpus", ["10de:ffff"], "['10de:ffff']: '10de:ffff' is no NVIDIA GPU of the id table (the catalogue, gpus.yaml)"),
        ("box_gpus", ["1aff"], "['1aff']: '1aff' is not a PCI id | write vendor:device as lspci -nn does: 10de:1b06"),
        ("box_gpus", ["nvlink4"], "['nvlink4']: 'nvlink4' is not a PCI id | write vendor:device as lspci -nn does: 10de:1b06"),
        ("box_profile", "frameworks_only", "'frameworks_only': Input should be 'full' or 'framework_only' | did you mean 'framework_only'?"),
        ("box_profile", None, "None: Input should be 'full' or 'framework_only'"),
        ("box_gpus", "10de:1b06", "'10de:1b06': Input should be a valid list"),
        ("cuda_versions", [12.10], f"[12.1]: Input should be a valid string{QUOTES}"),
        ("cuda_versions", ["12.x"], f"['12.x']: '12.x' {CONSTRAINT}"),
        ("cuda_versions", "12.4", "'12.4': Input should be a valid list"),
        ("cuda_compat", "new", f"'new': 'new' {CONSTRAINT}"),
        ("cudnn_version", 9.10, f"9.1: Input should be a valid string{QUOTES}"),
        ("cudnn_version", "newest", f"'newest': 'newest' {CONSTRAINT}"),
        ("nccl_version", True, f"True: Input should be a valid string{QUOTES}"),
        ("nccl_version", "", f"'': '' {CONSTRAINT}"),
        ("nvidia_driver_version", 580, f"580: Input should be a valid string{QUOTES}"),
        ("nvidia_driver_version", "r580", f"'r580': 'r580' {CONSTRAINT}"),
        ("nvidia_driver_source", "debian", "'debian': Input should be 'distro' or 'nvidia'"),
        ("nvidia_driver_source", "nvida", "'nvida': Input should be 'distro' or 'nvidia' | did you mean 'nvidia'?"),
        ("frameworks_pytorch", "latest", f"'latest': 'latest' {CONSTRAINT}"),
        ("frameworks_pytorch_variant", "cpu", f"'cpu': 'cpu' {VARIANT}"),
        ("frameworks_tensorflow", ">=2.x", f"'>=2.x': '>=2.x' {CONSTRAINT}"),
        ("frameworks_jax", 0.10, f"0.1: Input should be a valid string{QUOTES}"),
        ("frameworks_jax_variant", "cuda", f"'cuda': 'cuda' {VARIANT}"),
        ("nvidia_archive_url", "mirror/repos", "'mirror/repos': is no address | write https://HOST/PATH, http://HOST/PATH or file:/PATH"),
        ("nvidia_archive_key", "/no/such.asc", "'/no/such.asc': cannot read it: No such file or directory"),
        ("nvidia_driver_flavour", "opn", "'opn': Input should be 'open' or 'proprietary' | did you mean 'open'?"),
        ("nvidia_driver_flavour", "purple", "'purple': Input should be 'open' or 'proprietary'"),
        ("nvidia_driver_desktop", "yes", "'yes': Input should be a valid boolean"),
        ("jupyter_install", 0, "0: Input should be a valid boolean"),
        ("frameworks_names", ["pytroch"], f"['pytroch']: {FRAMEWORKS} | did you mean 'pytorch'?"),
        ("frameworks_names", ["theano"], f"['theano']: {FRAMEWORKS}"),
        ("frameworks_names", ["jax", "jax"], "['jax', 'jax']: names 'jax' twice"),
        ("cuda_versions", ["12.4", "12.4"], "['12.4', '12.4']: names '12.4' twice"),
        ("jupyter_port", 80, "80: Input should be greater than or equal to 1024"),
        ("jupyter_port", 65536, "65536: Input should be less than or equal to 65535"),
        ("jupyter_port", "8888", "'8888': Input should be a valid integer"),
        ("jupyter_port", True, "True: Input should be a valid integer"),
        ("jupyter_user", "Root!", "'Root!': String should match pattern '^[a-z][a-z0-9_-]{0,30}$'"),
        ("base_max_clock_skew_s", 0, "0: Input should be greater than or equal to 1"),
        ("base_ca_bundle", "/no/such.pem", "'/no/such.pem': cannot read it: No such file or directory"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_remedy(setting: str, value: Any, fault: str) -> None:
    assert ROLES.schema.faults({setting: value}) == {setting: fault}


def test_all_faults_are_found_at_once() -> None:
    wrong = {"nope": 1, "cuda_versions": [12.4], "jupyter_port": 1, "jupyter_user": ""}
    assert list(ROLES.schema.faults({**GOOD, **wrong})) == [
        *("nope", "cuda_versions", "jupyter_user", "jupyter_port")
    ]


@pytest.mark.parametrize("gone", ["cudnn_install", "nccl_install"])
def test_a_setting_of_before_is_not_taken_for_another_roles(gone: str) -> None:
    [fault] = ROLES.schema.faults({gone: True}).values()
    assert fault.startswith("no such setting | ")
    assert "jupyter" not in fault


def test_contradictions_are_looked_for_among_good_values_only() -> None:
    data = {"cuda_versions": [], "cudnn_version": "*", "jupyter_port": 1}
    assert list(ROLES.schema.faults(data)) == ["jupyter_port"]


def test_pyinfras_own_data_is_let_through() -> None:
    ours = {"ssh_user": "admin", "ssh_port": 22, "_sudo": True, "docker_identifier": "box"}
    assert ROLES.schema.faults(ours) == {}


def test_good_data_has_no_faults() -> None:
    assert ROLES.schema.faults(GOOD) == {}
    assert ROLES.schema.faults({}) == {}


@pytest.mark.parametrize(
    "versions", [["12.4"], ["12"], ["12.*"], ["*"], ["none"], [">=12.6,<13", "13.5"], [], None]
)
def test_toolkits_may_be_named_loosely(versions: list[str] | None) -> None:
    assert ROLES.schema.faults({"cuda_versions": versions}) == {}


def test_no_role_name_begins_anothers_settings() -> None:
    names = [model.role for model in ROLES.schema.models]
    assert [(a, b) for a in names for b in names if b.startswith(f"{a}_")] == []
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("model", ROLES.schema.models)
def test_every_setting_says_what_it_means_and_has_a_good_default(
    model: type[RoleSettings],
) -> None:
    assert [name for name, field in model.model_fields.items() if not field.description] == []
    defaults = {
        name: model.model_fields[field].default for name, field in model.field_names().items()
    }
    assert ROLES.schema.faults(defaults) == {}


def test_a_lock_says_which_settings_are_not_at_their_default() -> None:
    locked = some_settings(
        jupyter_port=8889,
        jupyter_user="jupyter",
        frameworks_names=["jax"],
        ssh_user="x",
    ).locked()
    assert locked == {"frameworks_names": ["jax"], "jupyter_port": 8889}
    assert list(locked) == ["frameworks_names", "jupyter_port"], "in one order"


def test_where_things_come_from_and_how_a_run_goes_is_no_matter_of_a_locks() -> None:
    scopes = {
        name: model.scope(field)
        for model in ROLES.schema.models
        for name, field in model.field_names().items()
    }
    hardware = {name for name, scope in scopes.items() if scope is Scope.HARDWARE}
    of_one_run = {name for name, scope in scopes.items() if scope in OF_ONE_RUN}
    assert hardware == {"box_gpus"}
    assert of_one_run == {
        *("box_lock", "box_bundle", "box_snapshot", "box_rollback_gb"),
        *("base_ca_bundle", "nvidia_archive_url", "nvidia_archive_key"),
        "nvidia_driver_module_cache",
        *("base_min_free_gb", "base_max_clock_skew_s", "nvidia_driver_when_busy"),
        *("nvidia_driver_reboot", "nvidia_driver_reboot_timeout_s", "nvidia_driver_adopt"),
    }
    settings = some_settings(
        box_lock="a.yaml", nvidia_driver_reboot="now", box_gpus=[GTX_1080_TI]
    )
    assert settings.locked() == {}
    assert settings.persistent() == {"box_gpus": [GTX_1080_TI]}
    lasting = {*scopes} - hardware - of_one_run
    assert {"jupyter_port", "nvidia_driver_version", "gpu_policy_cards"} <= lasting
