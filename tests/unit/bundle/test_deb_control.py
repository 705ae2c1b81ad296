"""The control file of a .deb, however it is packed."""

from __future__ import annotations

import gzip
import shutil
import subprocess
from pathlib import Path

import pytest

from dlbox.bundle.errors import BundleError
from dlbox.bundle.index import control, fields
from tests.support.archive.deb import ar, tar_gz


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
    with pytest.raises(BundleError, match=r"x\.deb: is not a complete \.deb"):
        control(tmp_path / "x.deb")


def test_fields_of_a_control_file() -> None:
    assert fields(CONTROL) == {"Package": "x", "Version": "1:2", "Description": "caf\u00e9"}
