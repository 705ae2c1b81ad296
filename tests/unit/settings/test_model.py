"""Settings of one role: typed, frozen, and of files that are read."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from roles import ROLES
from roles.base.settings import Base
from roles.cuda.settings import Cuda


def test_a_bundle_without_a_certificate(tmp_path: Path) -> None:
    bundle = tmp_path / "ca.pem"
    bundle.write_text("-----BEGIN PRIVATE KEY-----\n")
    assert ROLES.schema.faults({"base_ca_bundle": str(bundle)}) == {
        "base_ca_bundle": f"{str(bundle)!r}: holds no PEM certificate"
    }
    assert ROLES.schema.faults({"base_ca_bundle": str(tmp_path)}) == {
        "base_ca_bundle": f"{str(tmp_path)!r}: cannot read it: Is a directory"
    }


def test_a_bundle_with_a_certificate(tmp_path: Path) -> None:
    bundle = tmp_path / "ca.pem"
    bundle.write_text("Company CA é\n-----BEGIN CERTIFICATE-----\n", encoding="utf-8")
    assert ROLES.schema.faults({"base_ca_bundle": str(bundle)}) == {}


def test_a_file_without_a_key(tmp_path: Path) -> None:
    file = tmp_path / "key.gpg"
    file.write_bytes(b"\x99\x02\x0d\x04")
    assert ROLES.schema.faults({"nvidia_archive_key": str(file)}) == {
        "nvidia_archive_key": f"{str(file)!r}: holds no ASCII-armored OpenPGP key"
    }
    file.write_text("-----BEGIN PGP PUBLIC KEY BLOCK-----\n")
    assert ROLES.schema.faults({"nvidia_archive_key": str(file)}) == {}


def test_settings_read_only_their_own_settings() -> None:
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
