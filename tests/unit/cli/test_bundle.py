"""A bundle: fetched once, verified, signed, and the same bytes for the same lock."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from dlbox.bundle.gpg import SigningKey, secret_key
from dlbox.bundle.options import Options, parse_options
from dlbox.bundle.writer import exclusive
from dlbox.cli.bundle import bundle, main
from dlbox.lockfile.file import dump_lock, seal_lock
from dlbox.lockfile.model import Lock, LockedWheel
from tests.support.archive.flaky_server import Server, moody
from tests.support.debs import locked
from tests.support.downloads import sha
from tests.support.gnupg import gnupg_home


@pytest.fixture
def server() -> Iterator[Server]:
    with moody() as told:
        yield told


@pytest.fixture(autouse=True)
def _direct(monkeypatch: pytest.MonkeyPatch) -> None:
    # Loopback is no business of a proxy that this machine may have.
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    with gnupg_home("Somebody <somebody@invalid>") as made:
        yield made


@pytest.fixture(scope="module")
def key(home: Path) -> SigningKey:
    return secret_key("somebody@invalid", home)


@dataclass(frozen=True)
class Found:
    """A wheel as an index has it."""

    wheel: LockedWheel
    url: str


def wheel(name: str, body: bytes) -> LockedWheel:
    file = f"{name}-1.0+cu126-py3-none-any.whl"
    return LockedWheel(name=name, version="1.0", file=file, size=len(body), sha256=sha(body))


@dataclass
class Bench:
    """A lock whose packages a server has, and the words of the verb."""

    server: Server
    lock: Lock
    words: list[str]
    folder: Path

    def run(self, *more: str) -> int:
        """Run the verb."""
        return main([*self.words, *more])


@pytest.fixture
def bench(server: Server, tmp_path: Path, home: Path, key: SigningKey) -> Bench:
    lock = locked(tmp_path / "pool", f"{server.url}/debian")
    for path in (tmp_path / "pool").iterdir():
        server.files[f"/debian/pool/{path.name}"] = path.read_bytes()
    file, folder = tmp_path / "box.lock", tmp_path / "bundle"
    file.write_text(dump_lock(lock))
    who = ["--key", key.fingerprint, "--gnupg-home", str(home)]
    return Bench(server, lock, [str(file), "--to", str(folder), *who], folder)


def content(folder: Path) -> dict[str, bytes]:
    return {
        str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }


def test_a_bundle_is_made_once(
    bench: Bench, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    tar = bench.folder.with_name("bundle.tar")
    assert bench.run("--tar", str(tar)) == 0
    made, packed = content(bench.folder), tar.read_bytes()
    assert set(made) == {
        *("apt/libzwei_1%3a2.0-1_amd64.deb", "apt/libeins_1.0+deb13u1~x_all.deb"),
        *("apt/Packages", "apt/Release", "apt/InRelease", "apt/key.asc"),
        *("wheels/index.html", "lock.yaml", "SHA256SUMS"),
    }
    assert made["lock.yaml"] == dump_lock(bench.lock).encode()
    subprocess.run(
        ["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=bench.folder, check=True
    )
    assert len(made["SHA256SUMS"].splitlines()) == len(made) - 1
    assert "is complete; signed by" in capsys.readouterr().out
    bench.server.asked.clear()
    monkeypatch.delattr(SigningKey, "signed")  # it would ask for the passphrase again
    assert bench.run("--tar", str(tar)) == 0
    assert bench.server.asked == []
    assert (content(bench.folder), tar.read_bytes()) == (made, packed)
    said = capsys.readouterr().out
    assert "; 2 are there\n" in said
    assert "was already complete; nothing was downloaded or written" in said


def test_only_the_signature_tells_two_bundles_apart(bench: Bench, tmp_path: Path) -> None:
    assert bench.run() == 0
    made = content(bench.folder)
    bench.words[2] = str(tmp_path / "other")
    assert bench.run() == 0
    other = content(tmp_path / "other")
    differ = {name for name in made if made[name] != other[name]}
    assert set(made) == set(other)
    assert differ <= {"apt/InRelease", "SHA256SUMS"}


def test_another_key_signs_anew(bench: Bench) -> None:
    assert bench.run() == 0
    made = content(bench.folder)
    with tempfile.TemporaryDirectory(prefix="gpg-", ignore_cleanup_errors=True) as second:
        gpg = ["gpg", "--homedir", second, "--batch", "--quiet", "--passphrase", ""]
        new = [*gpg, "--quick-generate-key", "b@invalid", "ed25519", "sign", "never"]
        subprocess.run(new, check=True, capture_output=True)
        assert bench.run("--gnupg-home", second, "--key", "b@invalid") == 0
        subprocess.run(["gpgconf", "--homedir", second, "--kill", "gpg-agent"], check=True)
    again = content(bench.folder)
    assert {name for name in made if made[name] != again[name]} == {
        *("apt/InRelease", "apt/key.asc", "SHA256SUMS"),
    }


def test_what_was_withdrawn_is_told_with_where_it_came_from(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "libeins_1.0+deb13u1~x_all.deb"
    data = bench.server.files.pop(f"/debian/pool/{name}")
    assert bench.run() == 1
    said = capsys.readouterr().err
    gone = (
        f"dlbox bundle: libeins 1.0+deb13u1~x: {bench.server.url}/debian/pool/{name}: HTTP 404"
    )
    assert f"{gone}\n  -> name an archive that still has it: --snapshot URL\n" in said
    assert not (bench.folder / "lock.yaml").exists(), "a bundle with a hole is none"
    at = f"/archive/debian/20261126T000000Z/pool/{name}"
    bench.server.files[at] = data
    bench.server.asked.clear()
    assert bench.run("--snapshot", bench.server.url) == 0
    out = capsys.readouterr().out
    assert "1 packages from the snapshot archive" in out
    assert f"  libeins 1.0+deb13u1~x  {bench.server.url}{at}\n" in out
    assert "zwei" not in str(bench.server.asked), "what is there is not fetched again"
    assert (bench.folder / f"apt/{name}").read_bytes() == data


def test_wheels_come_with_the_packages(bench: Bench) -> None:
    one = wheel("torch", b"a wheel")
    bench.server.files["/simple/torch"] = b"a wheel"
    body = bench.lock.model_dump(mode="json", exclude={"digest", "format"})
    lock = seal_lock(body | {"wheels": [one.model_dump()]})
    Path(bench.words[0]).write_text(dump_lock(lock))
    words: Options = parse_options(bench.words)
    signing = secret_key(words.key, words.gnupg_home)
    found = [Found(one, f"{bench.server.url}/simple/torch")]
    with exclusive(words.folder):
        assert bundle(words, lock, signing, lambda _: found) == 0
    assert (bench.folder / f"wheels/{one.file}").read_bytes() == b"a wheel"
    assert one.sha256.encode() in (bench.folder / "wheels/index.html").read_bytes()
    assert bench.run() == 0, "and no index is asked a second time"


def test_an_unknown_key_stops_it_before_the_first_byte(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bench.run("--key", "nobody@invalid") == 2
    assert re.fullmatch(
        r"dlbox bundle: gpg: nobody@invalid: .*\n  -> name a secret key: .*\n",
        capsys.readouterr().err,
    )
    assert (bench.server.asked, bench.folder.exists()) == ([], False)


def test_a_full_disk_stops_it_before_the_first_byte(
    bench: Bench, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = type("Usage", (), {"free": 100})
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    assert bench.run() == 3
    assert re.fullmatch(
        r"dlbox bundle: needs 0\.0 MB, \S+ has 0\.0 MB\n  -> free 0\.0 MB there\n",
        capsys.readouterr().err,
    )
    assert bench.server.asked == []


def test_an_edited_lock_is_refused(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    path = Path(bench.words[0])
    path.write_text(path.read_text().replace("10de:1b06", "10de:1b02"))
    assert bench.run() == 2
    assert "was edited after it was written" in capsys.readouterr().err
    assert bench.server.asked == []
