"""NVIDIA's apt repository: whose key is taken, what apt is told of it."""

import re
import subprocess
from pathlib import Path

import pytest

from dlbox.openpgp import fingerprint
from dlbox.stack.catalog_loader import catalog
from dlbox.stack.constraint import Constraint
from dlbox.stack.gpus import gpu_table
from dlbox.stack.model import Refused, Repository, Stack
from dlbox.stack.solve import solve
from roles.nvidia_archive.manifest import KEYS, PINS, SOURCE, key, pins, source
from roles.nvidia_archive.settings import NvidiaArchive
from tests.support.archive.keys import Key, make_key
from tests.support.builders import TODAY

NVIDIA = catalog().sources["nvidia"]
BEGIN, END = "-----BEGIN PGP PUBLIC KEY BLOCK-----", "-----END PGP PUBLIC KEY BLOCK-----"


def repository(tag: str) -> Repository:
    """Return it as the solver does, from the catalogue."""
    name, row = next((name, row) for name, row in NVIDIA.keys.items() if tag in row.tags)
    return Repository(
        url=NVIDIA.url,
        tag=tag,
        label=NVIDIA.label,
        key=name,
        fingerprint=row.fingerprint,
        shipped=row.shipped,
    )


def stack(system: str, *constraints: Constraint) -> Stack:
    found = solve([gpu_table()["10de:2684"]], system, constraints, today=TODAY)
    assert isinstance(found, Stack)
    return found


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[Key, Key]:
    """Give two throw-away keys."""
    folder = tmp_path_factory.mktemp("keys")
    return make_key(folder, "a mirror"), make_key(folder, "somebody else")


def saved(folder: Path, text: str) -> str:
    file = folder / "given.asc"
    file.write_text(text)
    return str(file)


def refusal(tag: str, settings: NvidiaArchive) -> str:
    with pytest.raises(Refused) as refused:
        key(repository(tag), settings)
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_the_shipped_keys_are_those_of_the_catalogue() -> None:
    shipped = {name: row.fingerprint for name, row in NVIDIA.keys.items() if row.shipped}
    assert {f.stem: fingerprint(f.read_text()) for f in KEYS.iterdir()} == shipped
    assert shipped == {
        "3bf863cc": "EB693B3035CD5710E231E123A4B469963BF863CC",
        "8793F200": "02182E60104FCDC26EAE1B8597A5D4CB8793F200",
    }


def test_a_key_file_is_named_after_its_fingerprints_end() -> None:
    for name, row in NVIDIA.keys.items():
        assert row.fingerprint.lower().endswith(name.lower())


def test_a_shipped_file_holds_one_key_and_no_private_one() -> None:
    for file in KEYS.iterdir():
        text = file.read_text()
        assert text.count(BEGIN) == text.count(END) == text.count("-----BEGIN ") == 1


def test_every_system_has_one_key() -> None:
    tags = [row.nvidia.tag for row in catalog().systems.values()]
    signed = [tag for row in NVIDIA.keys.values() for tag in row.tags]
    assert sorted(signed) == sorted(tags)


@pytest.mark.parametrize("tag", ["ubuntu2204", "ubuntu2404", "debian12", "debian13"])
def test_nvidias_own_key_is_at_hand(tag: str) -> None:
    text = key(repository(tag), NvidiaArchive())
    assert text.startswith(BEGIN)
    assert text.endswith(END)
    assert fingerprint(text) == repository(tag).fingerprint


@pytest.mark.parametrize("cut", ["", "mQ=", "mQ", "xg==", "zf8A"])
def test_a_key_that_was_cut_is_refused_and_no_malfunction(cut: str, tmp_path: Path) -> None:
    file = saved(tmp_path, f"{BEGIN}\n\n{cut}\n{END}\n")
    assert refusal("debian13", NvidiaArchive(key=file)).startswith("nvidia_archive_key: ")


def test_another_key_is_refused(keys: tuple[Key, Key], tmp_path: Path) -> None:
    given = NvidiaArchive(key=saved(tmp_path, keys[0].armored))
    assert refusal("debian13", given) == (
        f"nvidia_archive_key: its fingerprint is {keys[0].fingerprint}; debian13 is signed by"
        " 02182E60104FCDC26EAE1B8597A5D4CB8793F200"
    )


def test_another_systems_key_is_refused() -> None:
    given = NvidiaArchive(key=str(KEYS / "3bf863cc.asc"))
    assert "debian13 is signed by 02182E60104F" in refusal("debian13", given)
    assert fingerprint(key(repository("debian12"), given)).endswith("3BF863CC")


def test_the_right_key_with_another_beside_it_is_refused(
    keys: tuple[Key, Key], tmp_path: Path
) -> None:
    right = (KEYS / "8793F200.asc").read_text()
    assert refusal("debian13", NvidiaArchive(key=saved(tmp_path, right + keys[0].armored)))


def test_the_right_key_with_another_in_its_block_is_refused(
    keys: tuple[Key, Key], tmp_path: Path
) -> None:
    file = Path(saved(tmp_path, keys[0].armored))
    home = ["gpg", "--homedir", str(tmp_path), "--batch", "--quiet"]
    for one in (KEYS / "8793F200.asc", file):
        subprocess.run([*home, "--no-autostart", "--import", one], check=True)
    said = subprocess.run(
        [*home, "--armor", "--export"], capture_output=True, check=True, text=True
    )
    assert said.stdout.count(BEGIN) == 1
    with pytest.raises(ValueError, match="holds 2 keys"):
        fingerprint(said.stdout)
    assert refusal("debian13", NvidiaArchive(key=saved(tmp_path, said.stdout)))


def test_a_mirror_may_sign_with_a_key_of_its_own(keys: tuple[Key, Key], tmp_path: Path) -> None:
    mirror = NvidiaArchive(
        url="https://mirror/cuda", key=saved(tmp_path, f"\n{keys[0].armored}\n")
    )
    for tag in ("debian13", "ubuntu2604"):
        assert key(repository(tag), mirror) == keys[0].armored.strip()


def test_a_mirror_without_a_key_of_its_own_is_signed_by_nvidia() -> None:
    mirror = NvidiaArchive(url="https://mirror/cuda")
    assert fingerprint(key(repository("debian13"), mirror)).endswith("8793F200")


@pytest.mark.parametrize("url", [None, "https://mirror/cuda"])
def test_a_key_that_dlbox_does_not_have_is_asked_for(url: str | None) -> None:
    assert refusal("ubuntu2604", NvidiaArchive(url=url)) == (
        "the key of NVIDIA's repository for ubuntu2604 is not part of dlbox | fetch"
        " https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2604/x86_64/60DF8A40.pub"
        " and name the file in nvidia_archive_key"
    )


def test_any_other_key_in_its_place_is_refused_too(
    keys: tuple[Key, Key], tmp_path: Path
) -> None:
    given = NvidiaArchive(key=saved(tmp_path, keys[0].armored))
    assert refusal("ubuntu2604", given) == (
        f"nvidia_archive_key: its fingerprint is {keys[0].fingerprint}; ubuntu2604 is signed by"
        " 14BAFBC7562AD710CA04E69905FBB6DA60DF8A40"
    )


def test_the_source_is_one_flat_suite() -> None:
    assert source(repository("debian13"), NvidiaArchive()).splitlines()[:4] == [
        "# Written by dlbox: NVIDIA's CUDA repository, trusted by this one key only.",
        "Types: deb",
        "URIs: https://developer.download.nvidia.com/compute/cuda/repos/debian13/x86_64/",
        "Suites: /",
    ]


def test_the_source_carries_its_key_and_nothing_else() -> None:
    text = source(repository("ubuntu2404"), NvidiaArchive())
    _, _, field = text.partition("\nSigned-By:")
    lines = [line.strip() for line in field.splitlines()]
    # An empty line of a key goes as a dot; the value itself begins with the key.
    written = "\n".join("" if line == "." else line for line in lines).strip()
    assert written == (KEYS / "3bf863cc.asc").read_text().strip()
    assert all(line.startswith(" ") for line in field.splitlines()[1:])
    assert text.endswith(f"\n {END}\n")


def test_the_sources_key_begins_with_the_key() -> None:
    _, _, field = source(repository("debian13"), NvidiaArchive()).partition("\nSigned-By:")
    assert field.split()[:3] == BEGIN.split()[:3]


@pytest.mark.parametrize("url", ["https://mirror/cuda", "https://mirror/cuda/", "file:/srv/c"])
def test_a_mirror_has_the_same_folders(url: str) -> None:
    text = source(repository("debian12"), NvidiaArchive(url=url))
    assert f"\nURIs: {url.rstrip('/')}/debian12/x86_64/\nSuites: /\n" in text


NVIDIAS = """\
# Written by dlbox.
Explanation: the planned driver, and no other
Package: *nvidia* libcuda1 libcudadebugger1 libnvcuvid1 libxnvctrl* libnvsdm cuda-drivers*
Pin: version 580.178.04-*
Pin-Priority: 1001

Explanation: no other driver of NVIDIA's
Package: *nvidia* libcuda1 libcudadebugger1 libnvcuvid1 libxnvctrl* libnvsdm cuda-drivers*
Pin: release l=NVIDIA CUDA
Pin-Priority: -1

Explanation: all else only where the distribution has nothing
Package: *
Pin: release l=NVIDIA CUDA
Pin-Priority: 100
"""
DISTROS = """\
# Written by dlbox.
Explanation: the driver is the distribution's
Package: *nvidia* libcuda1 libcudadebugger1 libnvcuvid1 libxnvctrl* libnvsdm cuda-drivers*
Pin: release l=NVIDIA CUDA
Pin-Priority: -1

Explanation: all else only where the distribution has nothing
Package: *
Pin: release l=NVIDIA CUDA
Pin-Priority: 100
"""


def test_the_pins_of_nvidias_driver() -> None:
    theirs = stack("ubuntu-24.04", Constraint("driver_source", "nvidia"))
    assert theirs.repository
    assert pins(theirs, theirs.repository) == NVIDIAS


def test_the_pins_of_the_distributions_driver_with_nvidias_toolkit() -> None:
    mixed = stack("debian-12", Constraint("driver", "535"), Constraint("cuda", "12.6"))
    assert mixed.driver
    assert (mixed.driver.source, mixed.toolkits[0].source) == ("distro", "nvidia")
    assert mixed.repository
    assert pins(mixed, mixed.repository) == DISTROS


def test_the_pins_of_a_box_without_a_driver() -> None:
    found = solve([], "debian-12", [Constraint("cuda", "12.6")], today=TODAY)
    assert isinstance(found, Stack)
    assert found.repository
    assert pins(found, found.repository) == DISTROS


def test_every_package_of_a_driver_is_pinned_and_no_toolkit() -> None:
    globs = NVIDIAS.splitlines()[2].removeprefix("Package: ").split()
    patterns = [re.compile(re.escape(glob).replace(r"\*", ".*")) for glob in globs]

    def pinned(name: str) -> bool:
        return any(pattern.fullmatch(name) for pattern in patterns)

    packages = {
        name.format(branch=580, version="580.178.04")
        for row in catalog().packages
        for name in (*row.module.values(), *row.same, *row.own, *row.desktop, row.fabric or "")
        if name
    }
    assert len(packages) > 25
    assert {name for name in packages if not pinned(name)} == set()
    for name in (
        "nvidia-driver-pinning-595.71.05",
        "libnvidia-nscq",
        "cuda-drivers-580",
    ):
        assert pinned(name)
    # NVLSM's version is its own: a driver's pin would bar it.
    for name in (
        "nvlsm",
        "cuda-toolkit-13-0",
        "cuda-compat-13-2",
        "libcudnn9-cuda-13",
        "libnccl2",
    ):
        assert not pinned(name)


def test_no_repository_where_nothing_comes_from_it() -> None:
    assert stack("ubuntu-24.04").repository is None
    assert (
        stack("debian-12", Constraint("cuda", "11.8"), Constraint("driver", "535")).repository
        is None
    )


def test_the_files_lie_where_apt_looks() -> None:
    assert SOURCE == "/etc/apt/sources.list.d/dlbox-nvidia.sources"
    assert PINS == "/etc/apt/preferences.d/dlbox-nvidia"
