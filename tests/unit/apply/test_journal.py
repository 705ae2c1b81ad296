"""What a run is to bring is noted before it brings any of it."""

from __future__ import annotations

from pathlib import Path

import dlbox.state.record
from dlbox.apply.record import JOURNAL, unrecorded
from dlbox.shell import shell_text
from dlbox.state.record import OBSERVE, Record, parse_record
from tests.support.box_shell import shell

COMPARE = OBSERVE + shell_text(dlbox.state.record.__file__, "compare.sh")


def read(said: str) -> Record | None:
    words = [line.partition(" ") for line in said.splitlines()]
    return parse_record((key, value) for key, _, value in words)


def begun(home: Path, rows: str) -> None:
    shell(JOURNAL.replace("/var/lib/dlbox", str(home)), rows)


def test_what_an_interrupted_run_was_to_bring_is_declared_though_nothing_was_recorded(
    tmp_path: Path,
) -> None:
    home = tmp_path / "box"
    begun(home, f"file\t{tmp_path}/a\t644 x\npackage\tjq\t\n")
    found = read("\n".join(shell(f"{COMPARE}\ncompare {home}")))
    assert found == Record(
        interrupted=True, declared={("file", f"{tmp_path}/a"): "644 x", ("package", "jq"): ""}
    )


def test_what_was_there_before_a_run_is_not_noted_as_its_own(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to("nowhere")
    there = f"file\t{tmp_path}/file\t644 x\nfolder\t{tmp_path}\t755\nuser\troot\t\n"
    begun(tmp_path / "box", f"{there}link\t{tmp_path}/link\tb\nfile\t{tmp_path}/new\t644 x\n")
    assert (tmp_path / "box/begun").read_text() == f"file\t{tmp_path}/new\t644 x\n"


def test_a_run_after_one_that_was_cut_adds_to_its_note(tmp_path: Path) -> None:
    begun(tmp_path, "package\tjq\t\n")
    begun(tmp_path, "package\tncdu\t\n")
    assert (tmp_path / "begun").read_text() == "package\tjq\t\npackage\tncdu\t\n"


def test_only_what_the_box_does_not_know_is_noted() -> None:
    known = Record(declared={("file", "/a"): "644 x", ("package", "jq"): ""})
    now = ["file\t/a\t644 y", "file\t/b\t644 x", "package\tjq\t", "link\t/a\t/b"]
    assert unrecorded(known, now) == ["file\t/b\t644 x", "link\t/a\t/b"]
    assert unrecorded(None, now) == now
