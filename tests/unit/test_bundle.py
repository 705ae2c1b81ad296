"""A bundle: fetched once, verified, signed, and the same bytes for the same lock."""

import gzip
import hashlib
import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dlbox.bundle.apt_index import packages, release
from dlbox.bundle.deb_control import control, fields
from dlbox.bundle.disk_space import require_space
from dlbox.bundle.errors import BundleError, NoSpace, UserError
from dlbox.bundle.files import BundleFile, debs
from dlbox.bundle.gpg import SigningKey, secret_key
from dlbox.bundle.index import wheel_page
from dlbox.bundle.options import Options, parse_options
from dlbox.bundle.tar import pack
from dlbox.bundle.wheels import addressed, lock_names
from dlbox.bundle.writer import exclusive, write_if_changed
from dlbox.cli.bundle import bundle, main
from dlbox.lockfile.file import dump_lock, seal_lock
from dlbox.lockfile.model import Lock, LockedPackage, LockedWheel
from tests.support.archive.deb import ar, tar_gz
from tests.support.archive.flaky_server import Server, moody
from tests.support.archive.keys import make_key
from tests.support.archive.stub import Stub, build

DAY = "2026-11-25"


@pytest.fixture
def server() -> Iterator[Server]:
    with moody() as told:
        yield told


@pytest.fixture(autouse=True)
def _direct(monkeypatch: pytest.MonkeyPatch) -> None:
    # Loopback is no business of a proxy that this machine may have.
    monkeypatch.setenv("no_proxy", "127.0.0.1")


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


# --- The apt repository.


def deb(folder: Path, name: str, packed: bytes) -> Path:
    path = folder / "x.deb"
    # One of an odd size, which ar fills up.
    parts = {"debian-binary": b"2.0\n", "_odd": b"odd", name: packed, "data.tar": b""}
    path.write_bytes(ar(parts))
    return path


CONTROL = "Package: x\nVersion: 1:2\nDescription: caf\u00e9\n a: b\n\n"


def test_control_is_read_however_it_is_packed(tmp_path: Path) -> None:
    gz = tar_gz({"control": CONTROL}, {"postinst": "#!/bin/sh\n"}, {})
    assert control(deb(tmp_path, "control.tar.gz", gz)) == CONTROL
    plain = gzip.decompress(gz)
    assert control(deb(tmp_path, "control.tar", plain)) == CONTROL
    assert control(deb(tmp_path, "control.tar/", plain)) == CONTROL, "as GNU ar writes names"
    for suffix, program in (("xz", "xz"), ("zst", "zstd")):
        if not shutil.which(program):
            continue
        packed = subprocess.run(
            [program, "-c"], input=plain, capture_output=True, check=True
        ).stdout
        assert control(deb(tmp_path, f"control.tar.{suffix}", packed)) == CONTROL, suffix


@pytest.mark.skipif(not shutil.which("zstd"), reason="zstd is not installed")
def test_zstd_will_do_where_there_is_no_dpkg(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = gzip.decompress(tar_gz({"control": CONTROL}, {}, {}))
    packed = subprocess.run(["zstd", "-c"], input=plain, capture_output=True, check=True).stdout
    monkeypatch.setattr(shutil, "which", lambda name: name if name == "zstd" else None)
    assert control(deb(tmp_path, "control.tar.zst", packed)) == CONTROL


def test_zstd_that_nothing_unpacks_is_said_plainly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(BundleError, match=r"x\.deb: is packed with zstd \| install zstd"):
        control(deb(tmp_path, "control.tar.zst", b"?"))


@pytest.mark.parametrize("data", [b"", b"!<arch>\n", b"<html>", b"!<arch>\n" + b"x" * 60])
def test_what_is_no_deb_is_named(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.deb").write_bytes(data)
    with pytest.raises(BundleError, match=r"x\.deb: is no whole \.deb"):
        control(tmp_path / "x.deb")


def test_fields_of_a_control_file() -> None:
    assert fields(CONTROL) == {"Package": "x", "Version": "1:2", "Description": "caf\u00e9"}


STUBS = (
    Stub("libzwei", "1:2.0-1", depends=("libeins (>= 1)",), files={"/usr/share/zwei": "2\n"}),
    Stub("libeins", "1.0+deb13u1~x", architecture="all", files={"/usr/share/eins": "1\n"}),
)


def locked(folder: Path, url: str, stubs: tuple[Stub, ...] = STUBS, **more: Any) -> Lock:
    folder.mkdir(exist_ok=True)
    found = []
    for stub in stubs:
        data = build(stub, folder).read_bytes()
        place = (stub.name, stub.version, stub.architecture)
        found.append(
            LockedPackage(
                **dict(zip(("name", "version", "architecture"), place, strict=True)),
                size=len(data),
                sha256=sha(data),
                uri=f"{url}/pool/{stub.file}",
            ).model_dump()
        )
    said: dict[str, Any] = {
        "tool": "0.1.0",
        "catalog": "c" * 64,
        "day": DAY,
        "system": "debian-13",
        "cards": ["10de:1b06"],
        "knobs": {"jupyter_install": False},
        "stack": {"toolkits": [], "cudnn": None, "nccl": None, "frameworks": {}},
        "kernels": [],
        "compiler": "",
        "modules": {},
        "repositories": [{"uri": url, "key": "A" * 40}],
        "packages": found,
        "wheels": [],
    }
    return seal_lock(said | more)


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


# --- The person's key.


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """Return a home of gpg with one secret key in it; its agent ends with it."""
    # Not pytest's: an agent's socket must not have a long path.
    with tempfile.TemporaryDirectory(prefix="gpg-", ignore_cleanup_errors=True) as made:
        gpg = ["gpg", "--homedir", made, "--batch", "--quiet"]
        secret = make_key(None, "Somebody <somebody@invalid>").secret
        subprocess.run([*gpg, "--import"], input=secret, text=True, check=True)
        yield Path(made)
        subprocess.run(["gpgconf", "--homedir", made, "--kill", "gpg-agent"], check=True)


@pytest.fixture(scope="module")
def key(home: Path) -> SigningKey:
    return secret_key("somebody@invalid", home)


def test_a_key_is_found_by_fingerprint_and_by_id(home: Path, key: SigningKey) -> None:
    assert re.fullmatch(r"[0-9A-F]{40}", key.fingerprint)
    assert secret_key(key.fingerprint, home) == key
    assert secret_key(key.fingerprint[-16:], home) == key
    assert key.public.startswith(b"-----BEGIN PGP PUBLIC KEY BLOCK-----")
    assert b"PRIVATE" not in key.public


def test_a_signature_is_of_one_text_by_one_key(home: Path, key: SigningKey) -> None:
    text = b"Origin: dlbox\nSHA256:\n 1 2 3\n"
    around = key.signed(text)
    assert around.startswith(b"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n")
    assert key.has_signed(around, text)
    assert not key.has_signed(around, b"Origin: other\n")
    assert not key.has_signed(around.replace(b"dlbox", b"other"), b"Origin: other\n")
    assert not SigningKey("F" * 40, home, b"").has_signed(around, text)


@pytest.mark.parametrize("name", ["0123456789ABCDEF", "nobody@invalid"])
def test_an_unknown_key_is_one_line(home: Path, name: str) -> None:
    with pytest.raises(UserError) as told:
        secret_key(name, home)
    assert re.fullmatch(
        rf"gpg: {name}: .*No secret key \| name a secret key: gpg --list-secret-keys",
        str(told.value),
    )


def test_a_name_of_two_keys_is_not_enough() -> None:
    with tempfile.TemporaryDirectory(prefix="gpg-", ignore_cleanup_errors=True) as made:
        gpg = ["gpg", "--homedir", made, "--batch", "--quiet", "--passphrase", ""]
        for name in ("a@invalid", "b@invalid"):
            made_key = [*gpg, "--quick-generate-key", name, "ed25519", "sign", "never"]
            subprocess.run(made_key, check=True, capture_output=True)
        with pytest.raises(UserError, match=r"gpg: invalid: is 2 secret keys \| name a secret"):
            secret_key("invalid", Path(made))
        subprocess.run(["gpgconf", "--homedir", made, "--kill", "gpg-agent"], check=True)


def test_without_gpg_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(UserError, match=r"gpg: x: is not installed \| install gnupg"):
        secret_key("x", None)


# --- One tar, the same for the same files.


def filled(folder: Path, names: Mapping[str, bytes]) -> Path:
    for name, data in names.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


LONG = "wheels/" + "nvidia_" * 20 + "manylinux2014_x86_64.whl"
FILES = {
    "apt/b.deb": b"b" * 2000,
    "apt/a.deb": b"a",
    LONG: b"w",
    "SHA256SUMS": b"0  lock.yaml\n",
}


def test_two_tars_of_the_same_files_are_the_same_bytes(tmp_path: Path) -> None:
    one = filled(tmp_path / "one", FILES)
    two = filled(tmp_path / "two", dict(reversed(FILES.items())))
    for path in two.rglob("*"):
        path.chmod(0o700)
    filled(two, {"apt/another-locks.deb": b"x", "apt/c.deb.part": b"x"})
    assert pack(tmp_path / "1.tar", one, FILES, DAY)
    assert pack(tmp_path / "2.tar", two, reversed(list(FILES)), DAY)
    assert (tmp_path / "1.tar").read_bytes() == (tmp_path / "2.tar").read_bytes()
    with tarfile.open(tmp_path / "1.tar") as tar:
        members = {member.name: member for member in tar}
    assert list(members) == sorted(
        ["bundle", "bundle/apt", "bundle/wheels", *(f"bundle/{name}" for name in FILES)]
    )
    assert {member.mtime for member in members.values()} == {1795564800}
    assert {(m.uid, m.gid, m.uname, m.gname) for m in members.values()} == {
        (0, 0, "root", "root")
    }
    assert {m.mode for m in members.values() if m.isfile()} == {0o644}
    assert list(tmp_path.glob("*.part")) == []


def test_a_tar_is_written_anew_only_where_the_bundle_is_another(tmp_path: Path) -> None:
    folder, tar = filled(tmp_path / "b", FILES), tmp_path / "b.tar"
    assert pack(tar, folder, FILES, DAY)
    assert not pack(tar, folder, FILES, DAY)
    assert pack(tar, folder, FILES, "2026-11-26")
    filled(folder, {"SHA256SUMS": b"1  lock.yaml\n"})
    assert pack(tar, folder, FILES, DAY)
    tar.write_bytes(tar.read_bytes()[:3000])
    assert pack(tar, folder, FILES, DAY)


# --- Wheels.


STACK = {
    "toolkits": [{"lock": "cuda-13.0"}, {"lock": None}],
    "cudnn": {"lock": "cudnn-cu12-9.10.2.21"},
    "nccl": None,
    "frameworks": {
        "pytorch": {"lock": "pytorch-2.7.1-cu126", "index": "https://wheels.example/cu126"},
        "tensorflow": {"lock": "tensorflow-2.21.0-cu12", "index": None},
    },
}


def test_the_locks_of_a_stack_and_their_indexes(tmp_path: Path) -> None:
    lock = locked(tmp_path, "http://m", (), stack=STACK, knobs={})
    assert lock_names(lock) == {
        "uv": None,
        "jupyter": None,
        "cuda-13.0": None,
        "cudnn-cu12-9.10.2.21": None,
        "pytorch-2.7.1-cu126": "https://wheels.example/cu126",
        "tensorflow-2.21.0-cu12": None,
    }
    without = locked(tmp_path, "http://m", (), knobs={"jupyter_install": False})
    assert lock_names(without) == {"uv": None}


@dataclass(frozen=True)
class Found:
    """As deploys/_lock finds them."""

    wheel: LockedWheel
    url: str


def wheel(name: str, body: bytes) -> LockedWheel:
    file = f"{name}-1.0+cu126-py3-none-any.whl"
    return LockedWheel(name=name, version="1.0", file=file, size=len(body), sha256=sha(body))


def test_wheels_are_found_by_their_digest_and_missed_by_name() -> None:
    asked_for = BundleFile("torch 1.0", "wheels/torch.whl", 1, sha(b"t"))
    package = BundleFile("a 1.0", "apt/a.deb", 1, "ab", ("http://m/a",))
    found = [
        Found(wheel("torch", b"other"), "http://i/1"),
        Found(wheel("x", b"t"), "http://i/2"),
    ]
    named = {"uv": None}
    [same, torch] = addressed([package, asked_for], named, lambda _: found)
    assert same == package
    assert torch.addresses == ("http://i/2",)
    with pytest.raises(BundleError, match=r"torch 1\.0: no index has these wheels any more"):
        addressed([asked_for], named, lambda _: found[:1])


def test_no_index_is_asked_where_no_wheel_is_missing() -> None:
    def never(_: object) -> list[Found]:
        pytest.fail("an index was asked")

    package = BundleFile("a 1.0", "apt/a.deb", 1, "ab", ("http://m/a",))
    assert addressed([package], {}, never) == [package]


def test_the_page_of_wheels_links_each_by_its_digest() -> None:
    page = wheel_page([BundleFile("t", "wheels/t-1.0+cu126-py3.whl", 1, "ab")]).decode()
    assert '<a href="t-1.0%2Bcu126-py3.whl#sha256=ab">t-1.0+cu126-py3.whl</a>' in page


# --- What is asked, the disk, and the folder.


def test_paths_are_from_where_the_person_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DLBOX_CWD", "/home/me")
    words = parse_options(["box.lock", "--to", "b", "--key", "AB", "--tar", "/t.tar"])
    assert (words.lock, words.folder) == (Path("/home/me/box.lock"), Path("/home/me/b"))
    assert (words.tar, words.gnupg_home, words.jobs) == (Path("/t.tar"), None, 8)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["--to", "b", "--key", "AB"], "required: LOCK"),
        (["l", "--key", "AB"], "required: --to"),
        (["l", "--to", "b"], "required: --key"),
        (["l", "--to", "b", "--key", "AB", "--jobs", "0"], "--jobs 0: is not between"),
        (["l", "--to", "b", "--key", "AB", "--jobs", "x"], "--jobs"),
        (["l", "--to", "b", "--key", "AB", "--snapshot", "snap.example"], "is no address"),
        (["l", "--to", "b", "--key=--help"], "--key --help: is no key"),
    ],
)
def test_a_mistyped_command_is_one_line(typed: list[str], said: str) -> None:
    with pytest.raises(UserError) as told:
        parse_options(typed)
    assert said in str(told.value)
    assert len(str(told.value).splitlines()) == 1


def test_a_disk_that_is_too_small_is_told_beforehand(tmp_path: Path) -> None:
    require_space([(tmp_path / "new" / "deeper", 1)])
    with pytest.raises(
        NoSpace, match=r"needs 200000000\.00 GB, .*/new has .* GB \| free .* there"
    ):
        require_space([(tmp_path / "new", 10**17), (tmp_path / "b.tar", 10**17)])


def test_one_bundle_at_a_time_in_a_folder(tmp_path: Path) -> None:
    with exclusive(tmp_path / "b"):
        with (
            pytest.raises(UserError, match="another dlbox bundle writes into it"),
            exclusive(tmp_path / "b"),
        ):
            pass
        with exclusive(tmp_path / "c"):
            pass
    with exclusive(tmp_path / "b"):
        assert sorted(path.name for path in (tmp_path / "b").iterdir()) == ["apt", "wheels"]


def test_a_text_is_written_only_where_it_differs(tmp_path: Path) -> None:
    assert write_if_changed(tmp_path / "x", b"1")
    assert not write_if_changed(tmp_path / "x", b"1")
    assert write_if_changed(tmp_path / "x", b"2")
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


# --- All of it.


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
    assert "was complete: nothing was fetched or written" in said


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
    assert f"{gone} | name an archive that still has it: --snapshot URL\n" in said
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
        r"dlbox bundle: gpg: nobody@invalid: .* \| name a secret key: .*\n",
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
        r"dlbox bundle: needs 0\.0 MB, \S+ has 0\.0 MB \| free 0\.0 MB there\n",
        capsys.readouterr().err,
    )
    assert bench.server.asked == []


def test_an_edited_lock_is_refused(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    path = Path(bench.words[0])
    path.write_text(path.read_text().replace("10de:1b06", "10de:1b02"))
    assert bench.run() == 2
    assert "was edited after it was written" in capsys.readouterr().err
    assert bench.server.asked == []


def test_debs_are_where_the_lock_says_and_then_in_snapshots(tmp_path: Path) -> None:
    lock = locked(tmp_path / "pool", "http://m/debian")
    [one, two] = debs(lock, "http://s")
    assert one.place == "apt/libeins_1.0+deb13u1~x_all.deb"
    assert two.addresses[0] == "http://m/debian/pool/libzwei_2.0-1_amd64.deb"
    assert two.addresses[1].startswith("http://s/archive/debian/20261125T000000Z/pool/libzwei")
    assert debs(lock, None)[1].addresses == two.addresses[:1]
