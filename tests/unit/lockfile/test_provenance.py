"""What a lock says it was made by and from."""

from __future__ import annotations

import re
from pathlib import Path

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


def test_the_catalogues_digest_is_of_every_name_and_byte(tmp_path: Path) -> None:
    one, two = tmp_path / "one.yaml", tmp_path / "two.yaml"
    one.write_text("a")
    two.write_text("b")
    files = {"one.yaml": one, "two.yaml": two}
    before = digest(files)
    assert digest(dict(reversed(files.items()))) == before
    assert digest({"one.yaml": one}) != before
    assert digest({"one.yaml": one, "zwei.yaml": two}) != before
    two.write_text("c")
    assert digest(files) != before
    assert re.fullmatch("[0-9a-f]{64}", catalog_digest())
