"""The index of a bundle's packages, and what vouches for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from dlbox.bundle.errors import BundleError
from dlbox.bundle.index import packages, release
from tests.support.debs import locked
from tests.support.downloads import sha


def test_packages_has_what_the_debs_say_and_where_they_lie(tmp_path: Path) -> None:
    lock = locked(tmp_path / "pool", "http://m/debian")
    said = {"libzwei": "Package: libzwei\nVersion: 1:2.0-1\nArchitecture: amd64\n"}
    said["libeins"] = (
        "Package: libeins\nVersion: 1.0+deb13u1~x\nArchitecture: all\nDescription: one\n more\n\n"
    )
    text = packages(lock, tmp_path, lambda path: said[path.name.partition("_")[0]]).decode()
    two, one = lock.packages
    assert text == (
        "Package: libeins\nVersion: 1.0+deb13u1~x\nArchitecture: all\nDescription: one\n more\n"
        "Filename: ./libeins_1.0+deb13u1~x_all.deb\n"
        f"Size: {one.size}\nSHA256: {one.sha256}\n"
        "\n"
        "Package: libzwei\nVersion: 1:2.0-1\nArchitecture: amd64\n"
        "Filename: ./libzwei_1%3a2.0-1_amd64.deb\n"
        f"Size: {two.size}\nSHA256: {two.sha256}\n"
    )


def test_a_deb_that_calls_itself_something_else_is_refused(tmp_path: Path) -> None:
    lock = locked(tmp_path / "pool", "http://m/debian")
    other = "Package: libeins\nVersion: 9\nArchitecture: all\n"
    with pytest.raises(BundleError, match=r"calls itself libeins 9 all"):
        packages(lock, tmp_path, lambda _: other)


def test_release_is_of_the_locks_day(tmp_path: Path) -> None:
    lock = locked(tmp_path / "pool", "http://m/debian")
    assert release(lock, [("Packages", b"text\n")]).decode() == (
        "Origin: dlbox\nLabel: dlbox bundle\nSuite: bundle\n"
        "Date: Wed, 25 Nov 2026 00:00:00 UTC\nArchitectures: amd64\n"
        f"Description: lock {lock.digest}\nSHA256:\n {sha(b'text' + bytes([10]))} 5 Packages\n"
    )
