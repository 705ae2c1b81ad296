"""What host data may say, and how each mistake in it is named."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from dlbox.settings.model import RoleSettings
from dlbox.settings.registry import ROLES, setting_faults
from roles.base.settings import Base
from roles.cuda.settings import Cuda
from roles.nvidia_archive.settings import NvidiaArchive

QUOTES = "; write it in quotes (a bare 12.10 is the number 12.1)"
FRAMEWORKS = "Input should be 'pytorch', 'tensorflow' or 'jax'"
WISH = "is no version, prefix (9.10.*), range (>=12.6,<13), * or none"
VARIANT = "is no wheel variant such as cu126 or cuda13"
BOTH = "leaves it out; drop one of the two"
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
    ("knob", "value", "fault"),
    [
        ("cuda_versoins", [], "no such knob; did you mean 'cuda_versions'?"),
        ("nccl", True, "no such knob; did you mean 'nccl_version'?"),
        ("nvidia_archive_mirror", "", "no such knob; did you mean 'nvidia_archive_url'?"),
        ("Jupyter_port", 8888, "no such knob; did you mean 'jupyter_port'?"),
        ("zzz", 1, "no such knob; README lists every knob"),
        ("box_gpus", ["1b06"], "['1b06']: '1b06' is not a PCI id; write vendor:device as lspci -nn does: 10de:1b06"),
        ("box_gpus", ["10DE:1B06"], "['10DE:1B06']: '10DE:1B06' is not a PCI id; write vendor:device as lspci -nn does: 10de:1b06"),
        ("box_gpus", ["10de:ffff"], "['10de:ffff']: '10de:ffff' is no NVIDIA GPU of the id table (roles/stack/catalog/gpus.yaml)"),
        ("box_gpus", ["1aff"], "['1aff']: '1aff' is not a PCI id; write vendor:device as lspci -nn does: 10de:1b06"),
        ("box_gpus", ["nvlink4"], "['nvlink4']: 'nvlink4' is not a PCI id; write vendor:device as lspci -nn does: 10de:1b06"),
        ("box_profile", "frameworks_only", "'frameworks_only': Input should be 'full' or 'framework_only'; did you mean 'framework_only'?"),
        ("box_profile", None, "None: Input should be 'full' or 'framework_only'"),
        ("box_gpus", "10de:1b06", "'10de:1b06': Input should be a valid list"),
        ("cuda_versions", [12.10], f"[12.1]: Input should be a valid string{QUOTES}"),
        ("cuda_versions", ["12.x"], f"['12.x']: '12.x' {WISH}"),
        ("cuda_versions", "12.4", "'12.4': Input should be a valid list"),
        ("cuda_compat", "new", f"'new': 'new' {WISH}"),
        ("cudnn_version", 9.10, f"9.1: Input should be a valid string{QUOTES}"),
        ("cudnn_version", "newest", f"'newest': 'newest' {WISH}"),
        ("nccl_version", True, f"True: Input should be a valid string{QUOTES}"),
        ("nccl_version", "", f"'': '' {WISH}"),
        ("nvidia_driver_version", 580, f"580: Input should be a valid string{QUOTES}"),
        ("nvidia_driver_version", "r580", f"'r580': 'r580' {WISH}"),
        ("nvidia_driver_source", "debian", "'debian': Input should be 'distro' or 'nvidia'"),
        ("nvidia_driver_source", "nvida", "'nvida': Input should be 'distro' or 'nvidia'; did you mean 'nvidia'?"),
        ("frameworks_pytorch", "latest", f"'latest': 'latest' {WISH}"),
        ("frameworks_pytorch_variant", "cpu", f"'cpu': 'cpu' {VARIANT}"),
        ("frameworks_tensorflow", ">=2.x", f"'>=2.x': '>=2.x' {WISH}"),
        ("frameworks_jax", 0.10, f"0.1: Input should be a valid string{QUOTES}"),
        ("frameworks_jax_variant", "cuda", f"'cuda': 'cuda' {VARIANT}"),
        ("nvidia_archive_url", "mirror/repos", "'mirror/repos': is no address; write https://HOST/PATH, http://HOST/PATH or file:/PATH"),
        ("nvidia_archive_key", "/no/such.asc", "'/no/such.asc': cannot read it: No such file or directory"),
        ("nvidia_driver_flavour", "opn", "'opn': Input should be 'open' or 'proprietary'; did you mean 'open'?"),
        ("nvidia_driver_flavour", "purple", "'purple': Input should be 'open' or 'proprietary'"),
        ("nvidia_driver_desktop", "yes", "'yes': Input should be a valid boolean"),
        ("jupyter_install", 0, "0: Input should be a valid boolean"),
        ("frameworks_names", ["pytroch"], f"['pytroch']: {FRAMEWORKS}; did you mean 'pytorch'?"),
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
def test_a_mistake_is_named_with_its_remedy(knob: str, value: Any, fault: str) -> None:
    assert setting_faults({knob: value}) == {knob: fault}


def test_a_bundle_without_a_certificate(tmp_path: Path) -> None:
    bundle = tmp_path / "ca.pem"
    bundle.write_text("-----BEGIN PRIVATE KEY-----\n")
    assert setting_faults({"base_ca_bundle": str(bundle)}) == {
        "base_ca_bundle": f"{str(bundle)!r}: holds no PEM certificate"
    }
    assert setting_faults({"base_ca_bundle": str(tmp_path)}) == {
        "base_ca_bundle": f"{str(tmp_path)!r}: cannot read it: Is a directory"
    }


def test_a_bundle_with_a_certificate(tmp_path: Path) -> None:
    bundle = tmp_path / "ca.pem"
    bundle.write_text("Company CA é\n-----BEGIN CERTIFICATE-----\n", encoding="utf-8")
    assert setting_faults({"base_ca_bundle": str(bundle)}) == {}


def test_all_faults_are_found_at_once() -> None:
    wrong = {"nope": 1, "cuda_versions": [12.4], "jupyter_port": 1, "jupyter_user": ""}
    assert list(setting_faults({**GOOD, **wrong})) == [
        *("nope", "cuda_versions", "jupyter_user", "jupyter_port")
    ]


@pytest.mark.parametrize("gone", ["cudnn_install", "nccl_install"])
def test_a_knob_of_before_is_not_taken_for_another_roles(gone: str) -> None:
    [fault] = setting_faults({gone: True}).values()
    assert fault.startswith("no such knob; ")
    assert "jupyter" not in fault


@pytest.mark.parametrize("knob", ["cudnn_version", "nccl_version"])
def test_a_library_without_any_toolkit_is_a_contradiction(knob: str) -> None:
    assert setting_faults({"cuda_versions": [], knob: "*"}) == {
        knob: "asked for, but cuda_versions = [] leaves no toolkit to use it with; drop one of the two"
    }
    for good in ("none", None):
        assert setting_faults({"cuda_versions": [], knob: good}) == {}
    for toolkits in (["12.4"], None):
        assert setting_faults({"cuda_versions": toolkits, knob: "*"}) == {}


@pytest.mark.parametrize(
    ("knob", "value"),
    [("cuda_versions", ["12.4"]), ("cudnn_version", "9.10.*"), ("nccl_version", "*")],
)
def test_a_compiler_and_no_compilers_is_a_contradiction(knob: str, value: Any) -> None:
    assert setting_faults({"box_profile": "framework_only", knob: value}) == {
        knob: f'asked for, but box_profile = "framework_only" {BOTH}'
    }
    assert setting_faults({"box_profile": "full", knob: value}) == {}
    nothing: Any = [] if knob == "cuda_versions" else "none"
    for good in (nothing, None):
        assert setting_faults({"box_profile": "framework_only", knob: good}) == {}


def test_contradictions_are_looked_for_among_good_values_only() -> None:
    data = {"cuda_versions": [], "cudnn_version": "*", "jupyter_port": 1}
    assert list(setting_faults(data)) == ["jupyter_port"]


def test_nvswitches_are_declared_beside_cards() -> None:
    for switch in ("10de:1af1", "10de:22a3", "1af1", "nvlink5"):
        assert setting_faults({"box_gpus": ["10de:2330", switch]}) == {}


def test_a_file_without_a_key(tmp_path: Path) -> None:
    file = tmp_path / "key.gpg"
    file.write_bytes(b"\x99\x02\x0d\x04")
    assert setting_faults({"nvidia_archive_key": str(file)}) == {
        "nvidia_archive_key": f"{str(file)!r}: holds no ASCII-armored OpenPGP key"
    }
    file.write_text("-----BEGIN PGP PUBLIC KEY BLOCK-----\n")
    assert setting_faults({"nvidia_archive_key": str(file)}) == {}


@pytest.mark.parametrize("url", ["https://m/cuda", "http://m:8080/cuda", "file:/srv/cuda"])
def test_a_mirror_is_an_address_without_its_last_slash(url: str) -> None:
    data = {"nvidia_archive_url": f"{url}/"}
    assert setting_faults(data) == {}
    assert NvidiaArchive.of(data).url == url


def test_pyinfras_own_data_is_let_through() -> None:
    ours = {"ssh_user": "admin", "ssh_port": 22, "_sudo": True, "podman_identifier": "box"}
    assert setting_faults(ours) == {}


def test_good_data_has_no_faults() -> None:
    assert setting_faults(GOOD) == {}
    assert setting_faults({}) == {}


@pytest.mark.parametrize(
    "versions", [["12.4"], ["12"], ["12.*"], ["*"], ["none"], [">=12.6,<13", "13.5"], [], None]
)
def test_toolkits_may_be_named_loosely(versions: list[str] | None) -> None:
    assert setting_faults({"cuda_versions": versions}) == {}


def test_settings_read_only_their_own_knobs() -> None:
    data = {"cuda_versions": ["12.4"], "base_lock_timeout_s": 5, "ssh_user": "admin"}
    assert Cuda.of(data).model_dump() == {"versions": ["12.4"], "compat": None}
    assert Base.of(data).model_dump() == {
        "packages": [],
        "ca_bundle": None,
        "lock_timeout_s": 5,
        "min_free_gb": None,
        "max_clock_skew_s": 300,
    }


def test_settings_are_frozen_and_closed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Base.of({}).lock_timeout_s = 1  # type: ignore[misc]
    with pytest.raises(ValidationError, match="not permitted"):
        Base(nope=1)  # type: ignore[call-arg]


def test_no_role_name_begins_anothers_knobs() -> None:
    names = [role.role for role in ROLES]
    assert [(a, b) for a in names for b in names if b.startswith(f"{a}_")] == []
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("role", ROLES)
def test_every_knob_says_what_it_means_and_has_a_good_default(role: type[RoleSettings]) -> None:
    assert [name for name, field in role.model_fields.items() if not field.description] == []
    defaults = {knob: role.model_fields[field].default for knob, field in role.knobs().items()}
    assert setting_faults(defaults) == {}
