"""What apt says of a package: its address, file, size and digest."""

from __future__ import annotations

import pytest

from dlbox.lockfile.model import LockedPackage
from dlbox.locking.apt_closure import package, portable_uri

MAIN = "http://mirror.example.com/debian/"
CPP = (
    f"'{MAIN}pool/main/g/gcc-defaults/cpp_14.2.0-1_amd64.deb' cpp_4%3a14.2.0-1_amd64.deb 1568"
    " SHA256:a6ba"
)


def test_a_line_of_apts_is_a_package() -> None:
    assert package(CPP, {}, {("cpp", "4:14.2.0-1"): 31}) == LockedPackage(
        name="cpp",
        version="4:14.2.0-1",
        architecture="amd64",
        size=1568,
        installed_kb=31,
        sha256="a6ba",
        uri=f"{MAIN}pool/main/g/gcc-defaults/cpp_14.2.0-1_amd64.deb",
    )
    assert package(CPP, {}, {}).file == CPP.split()[1]


def test_a_version_may_hold_what_file_names_and_addresses_may_not() -> None:
    line = f"'{MAIN}g%2b%2b_1%7ex%2bb1_all.deb' g++_1~x+b1_all.deb 1 SHA256:aa"
    row = package(line, {}, {})
    assert (row.name, row.version, row.architecture) == ("g++", "1~x+b1", "all")
    assert row.uri == f"{MAIN}g%2b%2b_1%7ex%2bb1_all.deb"


def test_a_package_without_a_sha256_is_none() -> None:
    with pytest.raises(ValueError, match=r"^the archive has no SHA-256 of cpp_4%3a14"):
        package(CPP.replace("SHA256:", "MD5Sum:"), {}, {})


def test_a_lock_has_no_password() -> None:
    assert (
        portable_uri("https://me:secret@mirror/debian/a.deb", {})
        == "https://mirror/debian/a.deb"
    )
    assert portable_uri("http://mirror/a@b.deb", {}) == "http://mirror/a@b.deb"
    assert portable_uri("file:/srv/a@b.deb", {}) == "file:/srv/a@b.deb"


def test_a_list_of_mirrors_is_its_first_mirror() -> None:
    local = "mirror+file:/etc/apt/mirrors/debian.list/"
    known = {local: "https://mirror.example.com/debian"}
    assert (
        portable_uri(f"{local}pool/a.deb", known)
        == "https://mirror.example.com/debian/pool/a.deb"
    )
    assert portable_uri(local, known) == "https://mirror.example.com/debian/"
