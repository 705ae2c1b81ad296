"""What a box gets through apt, read from what apt and its lists say."""

import base64
import os
import subprocess
from pathlib import Path

import pytest

from dlbox.lockfile.model import LockedPackage, LockedRepository
from dlbox.locking.apt_closure import SCRIPT, Closure, WouldFetch, parse_closure
from dlbox.locking.apt_uris import found, package
from dlbox.locking.repositories import repositories
from dlbox.openpgp.signers import signers
from tests.support.archive.keys import Signed, make_key

MAIN = "http://mirror.example.com/debian/"
NVIDIA = "https://nvidia/repos/debian13/x86_64/"
CPP = (
    f"'{MAIN}pool/main/g/gcc-defaults/cpp_14.2.0-1_amd64.deb' cpp_4%3a14.2.0-1_amd64.deb 1568"
    " SHA256:a6ba"
)
GCC = f"'{MAIN}pool/main/g/gcc-14/gcc-14_14.2.0-19_amd64.deb' gcc-14_14.2.0-19_amd64.deb 540064 SHA256:2150"
CUDA = (
    f"'{NVIDIA}./libcuda1_595.112.07-1_amd64.deb' libcuda1_595.112.07-1_amd64.deb 7 SHA256:0c0c"
)


@pytest.fixture(scope="module")
def ours() -> tuple[str, Signed]:
    """Give the fingerprint of a throw-away key, and what it signed."""
    key = make_key(None, "an archive")
    return key.fingerprint, key.sign("Origin: x\n")


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
    assert found("https://me:secret@mirror/debian/a.deb", {}) == "https://mirror/debian/a.deb"
    assert found("http://mirror/a@b.deb", {}) == "http://mirror/a@b.deb"
    assert found("file:/srv/a@b.deb", {}) == "file:/srv/a@b.deb"


def test_a_list_of_mirrors_is_its_first_mirror() -> None:
    local = "mirror+file:/etc/apt/mirrors/debian.list/"
    known = {local: "https://mirror.example.com/debian"}
    assert found(f"{local}pool/a.deb", known) == "https://mirror.example.com/debian/pool/a.deb"
    assert found(local, known) == "https://mirror.example.com/debian/"


DEBIAN_13 = """\
-----BEGIN PGP SIGNATURE-----

iHUEARYIAB0WIQRBWH99uMd0vM8TFBZ2L2egssOd5AUCawFh0gAKCRB2L2egssOd
5D0oAQChVsUvef9H1ob3BEzZTJaiNp8flzot85t8fqCzvbY/aAD9GC6yIVg81g8+
iHOwRQL9mEtroJ8wWSaPKlyFWS74qw4=
-----END PGP SIGNATURE-----
"""
"""By an elliptic key, taken from an InRelease of trixie; its checksum is left out."""
RELEASE_KEY = "41587F7DB8C774BCCF131416762F67A0B2C39DE4"


def test_a_signature_says_whose_it_is(ours: tuple[str, Signed]) -> None:
    key, signed = ours
    assert signers(signed.around) == signers(signed.detached) == (key,)
    assert signers(signed.around.replace("\n", "\r\n")) == (key,)
    assert signers(DEBIAN_13) == (RELEASE_KEY,)
    assert signers(signed.around + DEBIAN_13) == tuple(sorted((key, RELEASE_KEY)))
    assert signers("Origin: x\n") == ()


def block(body: str) -> str:
    """Return a signature packet of these bytes, armored by hand."""
    data = bytes.fromhex(body)
    text = base64.b64encode(bytes([0xC2, len(data)]) + data).decode()
    return f"-----BEGIN PGP SIGNATURE-----\n\n{text}\n-----END PGP SIGNATURE-----\n"


HEAD = "0400010a"


@pytest.mark.parametrize(
    ("body", "key"),
    [
        # The id alone, among the unhashed subpackets; and a time before it.
        (f"{HEAD}0000000a0910aabbccddeeff0011", "AABBCCDDEEFF0011"),
        (f"{HEAD}0006050200000000000a0910aabbccddeeff0011", "AABBCCDDEEFF0011"),
        # A fingerprint wins over an id, a hashed subpacket over one that anybody may have added;
        # one may be marked as critical, and have a length of several bytes.
        (f"{HEAD}00171621 04{'ab' * 20}000a0910aabbccddeeff0011", "AB" * 20),
        (f"{HEAD}001716a1 04{'ab' * 20}00171621 04{'cd' * 20}", "AB" * 20),
        (f"{HEAD}001bff00000016 2104{'ab' * 20}0000", "AB" * 20),
    ],
)
def test_a_signature_may_be_put_together_in_several_ways(body: str, key: str) -> None:
    assert signers(block(body.replace(" ", ""))) == (key,)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (block(f"{HEAD}00000000"), "does not say whose it is"),
        (block(HEAD), "does not say whose it is"),
        (block(f"{HEAD}0003c0"), "was cut within a signature"),
        (DEBIAN_13.replace("5D0oAQChVsUvef9H1ob3BEzZTJaiNp8flzot85t8fqCzvbY", ""), "was cut"),
    ],
)
def test_what_is_no_whole_signature_is_nobodys(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        signers(text)


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


def said(*lines: str) -> list[str]:
    """Return what the script prints, in its order."""
    ends = [
        f"target {MAIN} mirror.example.com_debian_dists_trixie_main_binary-amd64_Packages",
        f"target {NVIDIA} nvidia_Packages",
        "signed mirror.example.com_debian_dists_trixie_InRelease",
        *DEBIAN_13.splitlines(),
    ]
    return [*lines, *ends]


def test_a_boxs_answer_is_its_closure() -> None:
    modules = [
        f"module nvidia-595.112.07/6.12/{digest}.tar.gz" for digest in ("older", "newest")
    ]
    got = parse_closure(said("compiler gcc-14 (none)", *modules, GCC, CUDA, CPP))
    assert [row.name for row in got.packages] == ["cpp", "gcc-14", "libcuda1"]
    assert got.repositories == (
        LockedRepository(uri=MAIN, key=RELEASE_KEY),
        LockedRepository(uri=NVIDIA, key=""),
    )
    assert got.compiler == "gcc-14 14.2.0-19"
    assert got.modules == {"nvidia-595.112.07/6.12": "newest"}
    assert got.error == ""


def test_a_compiler_that_was_there_before_keeps_its_version() -> None:
    assert parse_closure(said("compiler gcc-14 14.2.0-18", CPP)).compiler == (
        "gcc-14 14.2.0-18"
    )
    assert parse_closure(said(CPP)).compiler == ""


def test_an_error_is_all_that_is_told() -> None:
    wrong = "E: Version '580.*' for 'libcuda1' was not found"
    assert parse_closure(said(CPP, wrong)) == Closure(error=wrong[3:])
    assert "no SHA-256" in parse_closure([CPP.replace("SHA256", "SHA1")]).error
    torn = said(CPP)[:-3]
    assert (
        parse_closure([*torn, "-----END PGP SIGNATURE-----"]).error == "was cut within a packet"
    )


PINS = "Pin: version 580.*\nExplanation: NVIDIA's $HOME, `id`\n"


@pytest.fixture
def box(tmp_path: Path) -> Path:
    """Give a stand-in of a box: its folders, and programs that note how they are called."""
    for folder in ("bin", "apt/sources.list.d", "dlbox", "dpkg"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "apt/sources.list").write_text("the box's own\n")
    for name in ("dlbox-nvidia.sources", "mine.sources"):
        (tmp_path / "apt/sources.list.d" / name).write_text("there before\n")
    notes = (
        f'printf "%s " "${{0##*/}}" "$@" >>{tmp_path}/notes; echo >>{tmp_path}/notes\n'
        'for word in "$@"; do case $word in Dir::Etc=*) etc=${word#*=} ;; esac; done\n'
        f'rm -rf {tmp_path}/saw; cp -r "$etc" {tmp_path}/saw\n'
    )
    for name in ("apt-get", "apt-cache", "dpkg-query"):
        (tmp_path / "bin" / name).write_text(f"#!/bin/sh\n{notes}")
        (tmp_path / "bin" / name).chmod(0o755)
    answers = 'case "$*" in *policy*) echo "  Installed: 14-1" ;; *" gcc") echo "Depends: cpp, gcc-14 (>= 14)" ;; esac\n'
    (tmp_path / "bin/apt-cache").write_text(f"#!/bin/sh\n{notes}{answers}")
    (tmp_path / "bin/dpkg-query").write_text(
        "#!/bin/sh\nprintf 'linux-image-6.12 ii \\nlinux-image-6.1 rc \\nlinux-image-amd64 hi \\n'\n"
    )
    return tmp_path


def asked(box: Path, *, kernels: bool = False) -> list[str]:
    """Run the fact's shell on the stand-in; return how apt-get was called in the end."""
    wanted = {"libcuda1": "580.", "tmux": ""}
    command = WouldFetch().command({"preferences.d/dlbox": PINS}, wanted, kernels=kernels)
    assert SCRIPT in command
    for real, ours in (
        ("/var/lib/dlbox", box / "dlbox"),
        ("/var/lib/dpkg", box / "dpkg"),
        ("/etc/apt", box / "apt"),
    ):
        command = command.replace(real, str(ours))
    path = f"{box}/bin:{os.environ['PATH']}"
    run = subprocess.run(
        ["sh", "-c", command], capture_output=True, check=True, text=True, env={"PATH": path}
    )
    assert run.stderr == ""
    calls = (box / "notes").read_text().splitlines()
    (box / "notes").unlink()
    [order] = [call for call in calls if " install " in call]
    return [*order.split(), *run.stdout.splitlines()]


def test_apt_is_asked_for_addresses_alone_in_folders_of_its_own(box: Path) -> None:
    words = asked(box)
    assert words[0] == "apt-get"
    assert "--print-uris" in words
    assert words[-2:] == ["libcuda1=580.*", "tmux"]
    own = ("Dir::Etc=", "Dir::State::lists=", "Dir::State::extended_states=", "Dir::Cache=")
    for option in own:
        [place] = [word for word in words if word.startswith(option)]
        assert str(box / "apt") not in place
        assert not Path(place.partition("=")[2]).exists(), "taken away again"


def test_files_of_ours_are_what_the_plan_says_and_nothing_older(box: Path) -> None:
    asked(box)
    there = {str(p.relative_to(box / "saw")) for p in (box / "saw").rglob("*") if p.is_file()}
    assert there == {"sources.list", "sources.list.d/mine.sources", "preferences.d/dlbox"}
    assert (box / "saw/preferences.d/dlbox").read_text() == PINS
    assert (box / "apt/sources.list.d/dlbox-nvidia.sources").exists(), "the box's own is left"


def test_the_box_is_taken_as_it_was_before_dlbox_came(box: Path) -> None:
    assert f"Dir::State::status={box}/dpkg/status" in asked(box)
    (box / "dlbox/before").mkdir()
    (box / "dlbox/before/status").write_text("")
    assert f"Dir::State::status={box}/dlbox/before/status" in asked(box)


def test_kernels_bring_their_headers_a_compiler_and_what_was_compiled(box: Path) -> None:
    cache = box / "dlbox/modules/cache/nvidia-580/6.12"
    cache.mkdir(parents=True)
    for age, name in ((10, "newest"), (20, "older")):
        (cache / f"{name}.tar.gz").write_text("")
        os.utime(cache / f"{name}.tar.gz", (2_000_000_000 - age,) * 2)
    (cache / "no.refused").write_text("")
    words = asked(box, kernels=True)
    names = words[words.index("libcuda1=580.*") :]
    assert names == [
        *("libcuda1=580.*", "tmux", "dkms", "linux-headers-6.12", "linux-headers-amd64"),
        "compiler gcc-14 14-1",
        "module nvidia-580/6.12/older.tar.gz",
        "module nvidia-580/6.12/newest.tar.gz",
    ]


def test_a_box_without_kernels_compiles_nothing(box: Path) -> None:
    words = asked(box)
    assert "dkms" not in words
    assert [word for word in words if word.startswith(("compiler", "module"))] == []
