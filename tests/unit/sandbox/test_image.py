"""What boxes are made of, without a container."""

from pathlib import Path

import pytest

from dlbox.sandbox.engine import BoxError
from dlbox.sandbox.image import Recipe, mirrors, recipe

MIRROR = {"": "http://mirror/debian", "-security": "http://mirror/security"}


def test_mirrors_are_debians_own_suites_and_no_third_party() -> None:
    said = """http://other/apt/|bookworm|main|Artifactory
http://mirror/debian/|bookworm|main|Debian
http://mirror/debian/|bookworm|contrib|Debian
http://mirror/debian/|bookworm-backports|main|Debian
http://mirror/security/|bookworm-security|main|Debian
"""
    assert mirrors(said) == MIRROR


@pytest.mark.parametrize("said", ["", "http://mirror/ubuntu/|noble|main|Ubuntu", "E: no such"])
def test_no_mirror_where_apt_knows_none(said: str) -> None:
    assert mirrors(said) == {}


def test_a_box_has_the_suites_of_this_machine() -> None:
    assert recipe("debian-13", MIRROR, bare=False).sources == (
        "deb http://mirror/debian trixie main non-free-firmware",
        "deb http://mirror/security trixie-security main non-free-firmware",
    )


def test_a_bare_box_has_nothing_added() -> None:
    bare = recipe("debian-12", {}, bare=True)
    assert bare.mmdebstrap(Path("r.tar")) == [
        *("mmdebstrap", "--quiet", "--variant=minbase", "bookworm", "r.tar")
    ]
    assert bare.containerfile() == "FROM debian:bookworm\n"


def test_the_digest_changes_with_the_recipe_only() -> None:
    one = Recipe("trixie", ("systemd",), ("deb a",))
    assert one.digest() == Recipe("trixie", ("systemd",), ("deb a",)).digest()
    others = [
        Recipe("bookworm", ("systemd",), ("deb a",)),
        Recipe("trixie", ("systemd", "dbus"), ("deb a",)),
        Recipe("trixie", ("systemd",), ("deb b",)),
    ]
    assert len({one.digest(), *(other.digest() for other in others)}) == 4


def test_an_unknown_release_is_refused() -> None:
    with pytest.raises(
        BoxError, match="no box image of debian-9; there is debian-12, debian-13"
    ):
        recipe("debian-9", MIRROR, bare=False)
