"""Which files of a bundle are missing, and where each is to be had."""

from __future__ import annotations

from pathlib import Path

from dlbox.bundle.files import debs, missing
from tests.support.debs import locked
from tests.support.downloads import BODY, Run, wanted

OTHER = BODY[::-1]


def test_a_file_that_was_spoilt_is_missing(run: Run) -> None:
    one = wanted()
    for data in (OTHER, BODY[:-1], b""):
        run.file.write_bytes(data)
        assert missing([one], run.folder, 2) == [one]
    run.file.write_bytes(BODY)
    assert missing([one], run.folder, 2) == []


def test_debs_are_where_the_lock_says_and_then_in_snapshots(tmp_path: Path) -> None:
    lock = locked(tmp_path / "pool", "http://m/debian")
    [one, two] = debs(lock, "http://s")
    assert one.place == "apt/libeins_1.0+deb13u1~x_all.deb"
    assert two.addresses[0] == "http://m/debian/pool/libzwei_2.0-1_amd64.deb"
    assert two.addresses[1].startswith("http://s/archive/debian/20261125T000000Z/pool/libzwei")
    assert debs(lock, None)[1].addresses == two.addresses[:1]
