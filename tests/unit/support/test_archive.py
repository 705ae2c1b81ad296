"""The test repository: what is in it, that it is signed, and that it is made quickly."""

from __future__ import annotations

import ctypes
import re
import subprocess
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from dlbox.sandbox.engine import BoxError
from tests.support.archive import nvidia, repository, serve, ubuntu
from tests.support.archive.keys import Key, make_key
from tests.support.archive.libcuda import CUDA, libcuda
from tests.support.archive.stub import Stub

TAGS = ("ubuntu2204", "ubuntu2404", "ubuntu2604", "debian12", "debian13")
NOT_STUBBED = re.compile(r"libibumad3|nvidia-kernel-common-\d+-server-[\d.]+")
"""Debian's and Ubuntu's own, and a flavour of Ubuntu's driver that no test installs."""


@dataclass(frozen=True)
class Archive:
    """All repositories there are, published once."""

    root: Path
    key: Key
    seconds: float

    def packages(self, tag: str) -> list[dict[str, str]]:
        """Return what the index of a flat one says."""
        return stanzas((self.root / tag / "Packages").read_text())


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    root = tmp_path_factory.mktemp("archive")
    key = make_key(root, "stub of NVIDIA's key")
    began = time.monotonic()
    for tag in TAGS:
        repository.flat(root / tag, nvidia.stubs(tag), key)
    for codename in ubuntu.RELEASES:
        repository.suites(root / codename, codename, ubuntu.components(codename), key)
    return Archive(root, key, time.monotonic() - began)


def stanzas(text: str) -> list[dict[str, str]]:
    return [
        dict(line.split(": ", 1) for line in stanza.splitlines())
        for stanza in text.strip().split("\n\n")
    ]


def verified(key: Key, file: Path, signed: Path | None, home: Path) -> bool:
    """Ask gpgv, as apt of Debian 12 does."""
    ring = home / "ring.gpg"
    dearmor = ["gpg", "--homedir", str(home), "--batch", "--yes", "--output", str(ring)]
    subprocess.run([*dearmor, "--dearmor"], input=key.armored.encode(), check=True)
    files = [str(file), *([str(signed)] if signed else [])]
    done = subprocess.run(
        ["gpgv", "--homedir", str(home), "--keyring", str(ring), *files],
        capture_output=True,
        check=False,
    )
    return done.returncode == 0


@pytest.mark.slow
def test_it_is_made_in_seconds(archive: Archive) -> None:
    assert archive.seconds < 15


@pytest.mark.slow
@pytest.mark.parametrize(
    ("tag", "name", "version"),
    [
        ("ubuntu2204", "nvidia-open-580", "580.178.04-1ubuntu1"),
        ("ubuntu2404", "nvidia-dkms-580-open", "580.159.03-1ubuntu1"),
        ("ubuntu2404", "nvidia-utils-580", "580.126.09-1ubuntu1"),
        ("ubuntu2404", "nvidia-fabricmanager", "580.178.04-1ubuntu1"),
        ("ubuntu2404", "nvidia-dkms-open", "595.91.07-1ubuntu1"),
        ("ubuntu2604", "libnvidia-compute", "610.43.03-1ubuntu1"),
        ("ubuntu2604", "nvidia-driver-pinning-595.91.07", "595.91.07-1ubuntu1"),
        ("ubuntu2404", "cuda-toolkit-12-9", "12.9.1-1"),
        ("debian12", "cuda-drivers-580", "580.178.04-1"),
        ("debian12", "nvidia-driver-cuda", "580.178.04-1"),
        ("debian13", "nvidia-kernel-open-dkms", "595.91.07-1"),
        ("debian13", "libcuda1", "595.71.05-1"),
        ("debian13", "nvidia-driver-pinning-595", "595.91.07-1"),
    ],
)
def test_a_tag_has_its_names(archive: Archive, tag: str, name: str, version: str) -> None:
    assert (name, version) in {(p["Package"], p["Version"]) for p in archive.packages(tag)}


@pytest.mark.slow
def test_what_a_tag_never_had_is_not_there(archive: Archive) -> None:
    named = {tag: {p["Package"] for p in archive.packages(tag)} for tag in TAGS}
    assert [name for name in named["debian13"] if "580" in name] == []
    assert [name for name in named["ubuntu2604"] if "580" in name] == []
    suffixed = {n for n in named["ubuntu2404"] if re.search(r"-(595|610)(-open)?$", n)}
    assert suffixed == {"nvidia-driver-pinning-595", "nvidia-driver-pinning-610"}
    assert "nvidia-smi" not in named["debian13"]


@pytest.mark.slow
def test_every_package_says_what_it_is(archive: Archive) -> None:
    for package in [p for tag in TAGS for p in archive.packages(tag)]:
        assert package["Description"].startswith("STUB made by dlbox's tests; not NVIDIA's ")
        assert package["Maintainer"].startswith("dlbox tests ")


@pytest.mark.slow
@pytest.mark.parametrize("tag", [*TAGS, *ubuntu.RELEASES])
def test_what_depends_has_what_it_depends_on(archive: Archive, tag: str) -> None:
    files = sorted((archive.root / tag).rglob("Packages"))
    listed = [p for file in files for p in stanzas(file.read_text() or "Package: none")]
    there = {(p["Package"], p.get("Version", "")) for p in listed}
    names = {name for name, _ in there}
    lacking = set()
    for clause in (each for p in listed for each in p.get("Depends", "").split(", ") if each):
        name, _, version = clause.rstrip(")").partition(" (")
        exact = version.startswith("= ")
        if name not in names or (exact and (name, version[2:]) not in there):
            lacking.add(clause)
    assert [clause for clause in lacking if not NOT_STUBBED.fullmatch(clause)] == []


@pytest.mark.slow
def test_files_are_as_the_index_says(archive: Archive) -> None:
    folder = archive.root / "debian13"
    for package in archive.packages("debian13"):
        assert (folder / package["Filename"]).stat().st_size == int(package["Size"])
    pool = stanzas(
        (
            archive.root / "noble/dists/noble-updates/restricted/binary-amd64/Packages"
        ).read_text()
    )
    assert all((archive.root / "noble" / p["Filename"]).is_file() for p in pool)


@pytest.mark.slow
def test_signatures_are_of_the_key_beside_them(archive: Archive, tmp_path: Path) -> None:
    folder = archive.root / "debian13"
    assert (folder / f"{archive.key.short}.pub").read_text() == archive.key.armored
    assert verified(archive.key, folder / "InRelease", None, tmp_path)
    assert verified(archive.key, folder / "Release.gpg", folder / "Release", tmp_path)
    stranger = make_key(tmp_path, "a stranger")
    assert not verified(stranger, folder / "InRelease", None, tmp_path)


@pytest.mark.slow
def test_an_old_key_is_bound_to_its_name_by_sha1(tmp_path: Path) -> None:
    algorithms = []
    for digest in ("SHA1", "SHA512"):
        key = make_key(tmp_path, digest, digest=digest)
        packets = subprocess.run(
            ["gpg", "--homedir", str(tmp_path), "--list-packets"],
            input=key.armored, text=True, capture_output=True, check=True,
        )  # fmt: skip
        algorithms += re.findall(r"digest algo (\d+)", packets.stdout)
    assert algorithms == ["2", "10"]


@pytest.mark.slow
def test_published_again_it_has_nothing_of_before(archive: Archive, tmp_path: Path) -> None:
    folder = tmp_path / "debian12"
    stubs = nvidia.stubs("debian12", ("580.126.09", "580.159.03"))
    repository.flat(folder, stubs, archive.key)
    assert "580.126.09" in (folder / "Packages").read_text()
    rotated = make_key(tmp_path, "rotated")
    repository.flat(folder, nvidia.stubs("debian12", ("580.159.03",)), rotated)
    assert "580.126.09" not in (folder / "Packages").read_text()
    assert list(folder.glob("*580.126.09*")) == []
    assert [file.name for file in folder.glob("*.pub")] == [f"{rotated.short}.pub"]


@pytest.mark.parametrize("branch", [550, 580, 595])
def test_libcuda_finds_no_card(branch: int, tmp_path: Path) -> None:
    file = tmp_path / f"libcuda-{branch}.so"
    file.write_bytes(libcuda(branch))
    library, version = ctypes.CDLL(str(file)), ctypes.c_int()
    assert library.cuInit(0) == 100
    assert library.cuDriverGetVersion(ctypes.byref(version)) == 0
    assert version.value == CUDA[branch]


def test_a_served_file_is_never_an_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serve, "gateway", lambda: "127.0.0.1")
    (tmp_path / "Packages").write_text("now")
    later = {"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}
    plain = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with serve.serve(tmp_path) as url:
        asked = urllib.request.Request(f"{url}/Packages", headers=later)  # noqa: S310
        with plain.open(asked) as answer:
            assert answer.read() == b"now"
    assert serve.direct(url) == 'Acquire::http::Proxy::127.0.0.1 "DIRECT";\n'


@pytest.mark.parametrize(
    ("network", "found"),
    [
        ({"subnets": [{"subnet": "10.88.0.0/16", "gateway": "10.88.0.1"}]}, "10.88.0.1"),
        (
            {"IPAM": {"Config": [{"Gateway": "fd00::1"}, {"Gateway": "172.17.0.1"}]}},
            "172.17.0.1",
        ),
    ],
)
def test_both_engines_name_their_gateway(network: Mapping[str, object], found: str) -> None:
    assert serve.address(dict(network)) == found


def test_a_network_without_a_gateway_is_said() -> None:
    with pytest.raises(BoxError, match="no IPv4 gateway"):
        serve.address({"IPAM": {}})


def test_a_deb_is_named_without_its_epoch() -> None:
    assert Stub("dcgm", "1:4.2-1").file == "dcgm_4.2-1_amd64.deb"
