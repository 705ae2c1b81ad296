"""The repositories that packages come from, and whose keys signed them."""

from __future__ import annotations

from dlbox.lockfile.model import LockedPackage, LockedRepository
from dlbox.locking.apt_closure import repositories
from tests.support.signatures import DEBIAN_13, HEAD, RELEASE_KEY, block

MAIN = "http://mirror.example.com/debian/"
NVIDIA = "https://nvidia/repos/debian13/x86_64/"


def of(uri: str, name: str = "a") -> LockedPackage:
    return LockedPackage(
        name=name, version="1", architecture="all", size=1, sha256="aa", uri=f"{uri}{name}.deb"
    )


UPDATES = "AABBCCDDEEFF0011"


def test_repositories_that_packages_come_from_are_named_with_their_keys() -> None:
    other = block(f"{HEAD}0000000a0910{UPDATES}")
    signatures = {
        "mirror.example.com_debian_dists_trixie_InRelease": DEBIAN_13,
        "mirror.example.com_debian_dists_trixie-updates_InRelease": other,
        "nvidia_repos_debian13_x86_64_Release.gpg": other,
    }
    targets = [
        (MAIN, "mirror.example.com_debian_dists_trixie_main_binary-amd64_Packages"),
        (MAIN, "mirror.example.com_debian_dists_trixie-updates_main_binary-amd64_Packages.lz4"),
        (NVIDIA, "nvidia_repos_debian13_x86_64_Packages"),
        ("http://unused/", "unused_Packages"),
    ]
    assert repositories(targets, signatures, [of(MAIN), of(NVIDIA), of(MAIN, "b")]) == (
        LockedRepository(uri=MAIN, key=RELEASE_KEY),
        LockedRepository(uri=MAIN, key=UPDATES),
        LockedRepository(uri=NVIDIA, key=UPDATES),
    )


def test_of_a_repository_and_one_below_it_the_nearer_vouches() -> None:
    other = block(f"{HEAD}0000000a0910{UPDATES}")
    signatures = {"m_x_InRelease": DEBIAN_13, "m_x_dists_y_InRelease": other}
    targets = [
        ("http://m/x/", "m_x_dists_y_main_binary-amd64_Packages"),
        ("http://m/", "m_Packages"),
    ]
    [row] = repositories(targets, signatures, [of("http://m/x/")])
    assert row == LockedRepository(uri="http://m/x/", key=UPDATES)


def test_what_nobody_signed_has_no_key() -> None:
    [row] = repositories([("file:/srv/", "_srv_Packages")], {}, [of("file:/srv/")])
    assert row == LockedRepository(uri="file:/srv/", key="")
