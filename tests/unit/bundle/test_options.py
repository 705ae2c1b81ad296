"""The command line of ``bundle``."""

from __future__ import annotations

from pathlib import Path

import pytest

from dlbox.bundle.errors import UserError
from dlbox.bundle.options import parse_options


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
