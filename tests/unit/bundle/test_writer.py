"""The folder of a bundle, written by one at a time."""

from __future__ import annotations

from pathlib import Path

import pytest

from dlbox.bundle.errors import UserError
from dlbox.bundle.writer import exclusive, write_if_changed


def test_one_bundle_at_a_time_in_a_folder(tmp_path: Path) -> None:
    with exclusive(tmp_path / "b"):
        with (
            pytest.raises(UserError, match="another dlbox bundle is writing to it"),
            exclusive(tmp_path / "b"),
        ):
            pass
        with exclusive(tmp_path / "c"):
            pass
    with exclusive(tmp_path / "b"):
        assert sorted(path.name for path in (tmp_path / "b").iterdir()) == ["apt", "wheels"]


def test_a_text_is_written_only_where_it_differs(tmp_path: Path) -> None:
    assert write_if_changed(tmp_path / "x", b"1")
    assert not write_if_changed(tmp_path / "x", b"1")
    assert write_if_changed(tmp_path / "x", b"2")
    assert [path.name for path in tmp_path.iterdir()] == ["x"]
