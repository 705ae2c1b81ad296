"""Addresses of files of this machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from dlbox.bundle.files import local_file


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("/srv/a%3a1.deb", "/srv/a%3a1.deb"),
        ("file:/srv/a%253a1.deb", "/srv/a%3a1.deb"),
        ("file:///srv/a.deb", "/srv/a.deb"),
        ("http://m/a.deb", None),
        ("https://m/a.deb", None),
    ],
)
def test_what_lies_on_this_machine_is_told_by_its_address(
    address: str, path: str | None
) -> None:
    assert local_file(address) == (Path(path) if path else None)
