"""Inventories in a folder of their own, for tests of what pyinfra reads from them."""

from __future__ import annotations

from pathlib import Path

import pytest

FLEET = """
gtx = [("gtx-1", {"jupyter_user": "ada"}), "gtx-2"]
rtx = ["rtx-1"]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder for the inventory, and stand where there is no ./group_data to be read."""
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    monkeypatch.delenv("DLBOX_CWD", raising=False)
    return tmp_path


def write(folder: Path, **files: str) -> str:
    """Write the inventory ``lab`` and group_data; return the inventory's path."""
    (folder / "group_data").mkdir()
    for name, text in files.items():
        place = folder if name == "lab" else folder / "group_data"
        (place / f"{name}.py").write_text(text)
    return str(folder / "lab.py")
