"""One tar, the same for the same files."""

from __future__ import annotations

import tarfile
from collections.abc import Mapping
from pathlib import Path

from dlbox.bundle.writer import pack

DAY = "2026-11-25"


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
