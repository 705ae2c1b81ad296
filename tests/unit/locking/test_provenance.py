"""What a lock says it was made by and from."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

import dlbox
from dlbox.locking.build import catalog_digest, digest
from dlbox.paths import ROOT


def test_the_version_is_written_in_one_place_that_pyproject_reads() -> None:
    version = dlbox.__version__
    assert re.fullmatch(r"\d+\.\d+\.\d+", version)
    project = (ROOT / "pyproject.toml").read_text()
    assert '\n[tool.hatch.version]\npath = "src/dlbox/__init__.py"\n' in project
    assert '\nversion = "' not in project
    assert f"\n## {version} - " in (ROOT / "CHANGELOG.md").read_text()


def test_the_catalogues_digest_is_of_every_row_and_of_no_comment() -> None:
    one, other = yaml.safe_load("a: 1  # read on a Monday\nb: 2"), yaml.safe_load("b: 2\na: 1")
    assert digest(one) == digest(other)
    assert digest({**one, "b": 3}) != digest(one)
    assert digest({"a": 1}) != digest(one)
    assert re.fullmatch("[0-9a-f]{64}", catalog_digest())


def test_the_catalogues_digest_covers_tables_and_wheel_locks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table, lock = tmp_path / "cuda.yaml", tmp_path / "uv.txt"
    table.write_text("a: 1\n")
    lock.write_text("uv==1\n")
    monkeypatch.setattr("dlbox.catalog.DATA", tmp_path)
    monkeypatch.setattr("dlbox.locking.build.DATA", tmp_path)
    monkeypatch.setattr("dlbox.locking.build.LOCKS", tmp_path)
    first = catalog_digest()
    table.write_text("# why\na: 1\n")
    assert catalog_digest() == first
    table.write_text("a: 2\n")
    second = catalog_digest()
    lock.write_text("uv==2\n")
    assert len({first, second, catalog_digest()}) == 3
