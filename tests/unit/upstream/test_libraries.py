"""Wheels of libraries that are newer than the table's."""

from dlbox.upstream.libraries import newer, newest_rows


def test_newer_is_by_number_and_per_cuda_major() -> None:
    assert newer(["2.9.7", "2.32.3", "2.10.0"], "2.9.7") == ["2.32.3", "2.10.0"]
    rows = [
        {"cuda": cuda, "version": version}
        for cuda, version in ((12, "9.9.0"), (12, "9.10.2"), (11, "9.1.0"))
    ]
    assert [one["version"] for one in newest_rows(rows)] == ["9.10.2", "9.1.0"]
