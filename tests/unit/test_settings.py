"""What host data may say, and how each mistake in it is named."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from roles.base.settings import Base
from roles.cuda.settings import Cuda
from roles.knobs import ROLES, faults, wishes
from roles.settings import RoleSettings
from roles.stack.model import Wishes

QUOTES = "; write it in quotes (a bare 12.10 is the number 12.1)"
FRAMEWORKS = "Input should be 'pytorch', 'tensorflow' or 'jax'"
GOOD: dict[str, Any] = {
    "box_gpus": ["10de:1b06", "10de:1b06"],
    "base_packages": ["htop"],
    "base_min_free_gb": 0,
    "nvidia_driver_flavour": "proprietary",
    "cuda_versions": ["12.4", "13.5"],
    "cudnn_install": False,
    "nccl_install": True,
    "frameworks_names": ["pytorch", "jax"],
    "jupyter_port": 65535,
}


@pytest.mark.parametrize(
    ("knob", "value", "fault"),
    [
        ("cuda_versoins", [], "no such knob; did you mean 'cuda_versions'?"),
        ("nccl", True, "no such knob; did you mean 'nccl_install'?"),
        ("Jupyter_port", 8888, "no such knob; did you mean 'jupyter_port'?"),
        ("zzz", 1, "no such knob; README lists every knob"),
        ("box_gpus", ["1b06"], "['1b06']: '1b06' is not a PCI id; write vendor:device as lspci -nn does: 10de:1b06"),
        ("box_gpus", ["10DE:1B06"], "['10DE:1B06']: '10DE:1B06' is not a PCI id; write vendor:device as lspci -nn does: 10de:1b06"),
        ("box_gpus", ["10de:ffff"], "['10de:ffff']: '10de:ffff' is no NVIDIA GPU of the id table (roles/stack/catalog/gpus.yaml)"),
        ("box_gpus", "10de:1b06", "'10de:1b06': Input should be a valid list"),
        ("cuda_versions", [12.10], f"[12.1]: Input should be a valid string{QUOTES}"),
        ("cuda_versions", ["12"], r"['12']: String should match pattern '^\d+\.\d+$'"),
        ("nvidia_driver_flavour", "opn", "'opn': Input should be 'open' or 'proprietary'; did you mean 'open'?"),
        ("nvidia_driver_flavour", "purple", "'purple': Input should be 'open' or 'proprietary'"),
        ("nvidia_driver_desktop", "yes", "'yes': Input should be a valid boolean"),
        ("cudnn_install", 1, "1: Input should be a valid boolean"),
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
    assert faults({knob: value}) == {knob: fault}


def test_a_bundle_without_a_certificate(tmp_path: Path) -> None:
    bundle = tmp_path / "ca.pem"
    bundle.write_text("-----BEGIN PRIVATE KEY-----\n")
    assert faults({"base_ca_bundle": str(bundle)}) == {
        "base_ca_bundle": f"{str(bundle)!r}: holds no PEM certificate"
    }
    assert faults({"base_ca_bundle": str(tmp_path)}) == {
        "base_ca_bundle": f"{str(tmp_path)!r}: cannot read it: Is a directory"
    }


def test_a_bundle_with_a_certificate(tmp_path: Path) -> None:
    bundle = tmp_path / "ca.pem"
    bundle.write_text("Company CA é\n-----BEGIN CERTIFICATE-----\n", encoding="utf-8")
    assert faults({"base_ca_bundle": str(bundle)}) == {}


def test_all_faults_are_found_at_once() -> None:
    wrong = {"nope": 1, "cuda_versions": [12.4], "jupyter_port": 1, "jupyter_user": ""}
    assert list(faults({**GOOD, **wrong})) == [
        *("nope", "cuda_versions", "jupyter_user", "jupyter_port")
    ]


@pytest.mark.parametrize("knob", ["cudnn_install", "nccl_install"])
def test_a_library_without_any_toolkit_is_a_contradiction(knob: str) -> None:
    assert faults({"cuda_versions": [], knob: True}) == {
        knob: "True, but cuda_versions = [] leaves no toolkit to use it with; name one, or drop it"
    }
    assert faults({"cuda_versions": [], knob: False}) == {}
    assert faults({"cuda_versions": ["12.4"], knob: True}) == {}


def test_pyinfras_own_data_is_let_through() -> None:
    ours = {"ssh_user": "admin", "ssh_port": 22, "_sudo": True, "podman_identifier": "box"}
    assert faults(ours) == {}


def test_good_data_has_no_faults_and_becomes_wishes() -> None:
    assert faults(GOOD) == {}
    assert wishes(GOOD) == Wishes(
        flavour="proprietary",
        cuda=("12.4", "13.5"),
        cudnn=False,
        nccl=True,
        frameworks=("pytorch", "jax"),
    )


def test_no_data_leaves_all_to_the_table() -> None:
    assert faults({}) == {}
    assert wishes({}) == Wishes(
        flavour=None, cuda=None, cudnn=None, nccl=None, frameworks=("pytorch", "tensorflow")
    )


def test_no_toolkit_is_not_the_same_as_no_wish() -> None:
    assert wishes({"cuda_versions": [], "frameworks_names": []}) == Wishes(
        cuda=(), frameworks=()
    )


def test_settings_read_only_their_own_knobs() -> None:
    data = {"cuda_versions": ["12.4"], "base_lock_timeout_s": 5, "ssh_user": "admin"}
    assert Cuda.of(data).model_dump() == {"versions": ["12.4"]}
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
    assert faults(defaults) == {}
