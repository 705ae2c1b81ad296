"""What boxes are given of this machine: proxies, a CA bundle and a cache of downloads."""

from pathlib import Path

import pytest

from dlbox.sandbox import mounts


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
