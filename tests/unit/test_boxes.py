"""What boxes are made of and are given of this machine, without a container."""

import runpy
import subprocess
from pathlib import Path

import pytest

from dlbox.sandbox import mounts
from dlbox.sandbox.__main__ import INVENTORY, wanted
from dlbox.sandbox.engine import BoxError
from dlbox.sandbox.image import RELEASES, Recipe, mirrors, recipe
from dlbox.sandbox.owner import is_left_over, maker

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


def test_proxies_are_handed_on() -> None:
    env = {"http_proxy": "http://p:1", "NO_PROXY": "localhost", "https_proxy": "", "HOME": "/"}
    assert mounts.proxy_flags(env) == [
        "--env=http_proxy=http://p:1",
        "--env=NO_PROXY=localhost",
    ]


def test_the_ca_bundle_is_a_file_that_exists(tmp_path: Path) -> None:
    pem = tmp_path / "ca.pem"
    pem.touch()
    gone = str(tmp_path / "gone.pem")
    assert mounts.host_ca({"SSL_CERT_FILE": gone, "REQUESTS_CA_BUNDLE": str(pem)}) == pem
    assert mounts.host_ca({"SSL_CERT_FILE": gone}) is None


def test_a_download_of_one_box_is_there_for_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    first = mounts.download_cache("debian-13")[0]
    (first.source / "jq.deb").write_text("jq")
    beside = mounts.download_cache("debian-13")[0]
    mounts.keep(first.source)
    after = mounts.download_cache("debian-13")[0]
    assert not first.source.exists()
    assert {(box.source / "jq.deb").read_text() for box in (beside, after)} == {"jq"}


def test_only_folders_of_the_cache_are_ever_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    mine = tmp_path / "box-mine"
    mine.mkdir()
    mounts.keep(mine)
    assert mine.exists()


def test_the_inventory_names_boxes_that_can_be_made() -> None:
    assert set(wanted().values()) <= set(RELEASES)
    data = runpy.run_path(str(INVENTORY))
    assert data["boxes"] == [name for name, _ in data["pascal"] + data["ada"]]


def test_a_box_is_left_over_when_its_maker_is_gone() -> None:
    with subprocess.Popen(["sleep", "100"]) as process:
        label = maker(process.pid)
        assert not is_left_over(label)
        process.kill()
    assert is_left_over(label)


def test_another_process_of_the_same_number_made_no_box() -> None:
    number, started = maker().split("-")
    assert is_left_over(f"{number}-{int(started) - 1}")


def test_a_box_that_says_nothing_of_its_maker_is_somebodys() -> None:
    assert not is_left_over("")
