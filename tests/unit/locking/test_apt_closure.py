"""What a box gets through apt, read from what apt and its lists say."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from dlbox.lockfile.model import Closure, LockedRepository
from dlbox.locking.apt_closure import SCRIPT, WouldFetch, parse_closure
from tests.support.archive.keys import Signed, make_key
from tests.support.signatures import DEBIAN_13, RELEASE_KEY

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
