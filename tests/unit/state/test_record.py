"""A box's record: how the box is seen, and how the record is compared and read."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

import dlbox.state.record
from dlbox.shell import shell_text
from dlbox.state.drift import format_difference
from dlbox.state.record import OBSERVE, READ_RECORD, Difference, Record, parse_record
from tests.support.box_shell import shell

COMPARE = OBSERVE + shell_text(dlbox.state.record.__file__, "compare.sh")
OLD, NEW = "a" * 64, "b" * 64
SAID = f"""\
recorded digest d1
recorded pending reboot: the driver is not loaded
declared file\t/etc/a\t644 {OLD}
declared user\tjupyter\t
was file\t/etc/a\t644 0 0 {OLD}
is file\t/etc/a\t600 0 0 {NEW}
was tree\t/opt/v\t/opt/t/v-1 9 {OLD}
is tree\t/opt/v\t/opt/t/v-1 9 {NEW}
paths tree\t/opt/v\t4\tbin/x\tlib/y z\t.
was kernel\tmodules\t6.12.94-amd64 550.163.01
is kernel\tmodules\t6.12.94-amd64 550.163.01
"""


def read(said: str) -> Record | None:
    words = [line.partition(" ") for line in said.splitlines()]
    return parse_record((key, value) for key, _, value in words)


def state(kind: str, name: Path | str) -> str:
    """Return how one thing stands on this machine."""
    [line] = shell(f"{OBSERVE}\nlook", f"{kind}\t{name}\n")
    assert line.startswith(f"{kind}\t{name}\t")
    return line.split("\t", 2)[2]


def test_no_record_is_none() -> None:
    assert read("system debian-13\nkernel 6.12.94-amd64\n") is None


def test_a_record_is_read_with_what_differs() -> None:
    assert read(SAID) == Record(
        digest="d1",
        pending=("reboot: the driver is not loaded",),
        declared={("file", "/etc/a"): f"644 {OLD}", ("user", "jupyter"): ""},
        differences=(
            Difference("file", "/etc/a", f"644 0 0 {OLD}", f"600 0 0 {NEW}"),
            Difference(
                *("tree", "/opt/v", f"/opt/t/v-1 9 {OLD}", f"/opt/t/v-1 9 {NEW}"),
                count=4,
                paths=("bin/x", "lib/y z", "."),
            ),
        ),
    )


def test_what_is_in_a_tree_is_edited_or_it_is_another_tree() -> None:
    found = read(SAID)
    assert found
    assert found.edited("/opt/v")
    assert not found.edited("/opt/w")
    moved = Difference("tree", "/opt/v", f"/opt/t/v-1 9 {OLD}", f"/opt/t/v-2 9 {NEW}")
    assert not Record(differences=(moved,)).edited("/opt/v")


def test_an_empty_last_field_may_be_stripped() -> None:
    found = read("recorded digest d1\ndeclared user\tjupyter\n")
    assert found
    assert found.declared == {("user", "jupyter"): ""}


def test_a_record_that_cannot_be_read_says_so() -> None:
    assert read("recorded unreadable\n") == Record(unreadable=True)


def test_paths_are_seen_as_they_stand(tmp_path: Path) -> None:
    file, folder, link = (tmp_path / name for name in ("a file", "folder", "link"))
    file.write_text("text")
    file.chmod(0o640)
    folder.mkdir(mode=0o750)
    link.symlink_to("/dev/null")
    own = f"{os.getuid()} {file.stat().st_gid}"
    sum_ = "982d9e3eb996f559e633f4d194def3761d909f5a3b647d1a851fead67c32c9d1"
    assert state("file", file) == f"640 {own} {sum_}"
    assert state("folder", folder) == f"750 {own}"
    assert state("link", link) == "/dev/null"
    assert state("file", link) == state("folder", link) == "link /dev/null"
    assert state("file", folder) == state("folder", file) == state("link", file) == "other"
    for kind in ("file", "folder", "link", "tree"):
        assert state(kind, tmp_path / "nowhere") == "absent"


def test_what_no_box_has_is_absent_even_where_any_failure_would_end_the_shell() -> None:
    items = ["package\tno-such-package", "unit\tno-such-unit", "user\tno-such-user"]
    said = shell(f"{OBSERVE}\nlook", "".join(f"{item}\tmore\n" for item in items))
    assert said[0] == "package\tno-such-package\tabsent"
    assert re.fullmatch(r"unit\tno-such-unit\t- (-|inactive)", said[1])
    assert said[2] == "user\tno-such-user\tabsent"
    assert shell(f"{OBSERVE}\nlook", "") == []


@pytest.fixture
def venv(tmp_path: Path) -> Path:
    """A link to a folder that is like a venv."""
    lib = tmp_path / "trees/v-1/lib"
    lib.mkdir(parents=True)
    for name in ("one.py", "two.py"):
        (lib / name).write_text("1\n")
        os.utime(lib / name, (1_000_000_000, 1_000_000_000))
    link = tmp_path / "v"
    link.symlink_to(tmp_path / "trees/v-1")
    return link


def use(venv: Path) -> None:
    (venv / "lib/__pycache__").mkdir()
    (venv / "lib/__pycache__/one.cpython-313.pyc").write_bytes(b"code")
    (venv / "lib/old.pyc").write_bytes(b"code")


def test_use_does_not_change_a_tree(venv: Path) -> None:
    before = state("tree", venv)
    assert re.fullmatch(rf"{venv.resolve()} 4 [0-9a-f]{{64}}", before)
    use(venv)
    assert state("tree", venv) == before


@pytest.mark.parametrize(
    "change",
    [
        "printf 2 >lib/one.py; printf '\\n' >>lib/one.py",
        "touch lib/new.py",
        "rm lib/two.py",
        "chmod 600 lib/one.py",
        "chmod 700 lib",
        "chmod 700 .",
        "ln -sf one.py lib/two.py",
        "mkdir lib/empty",
    ],
)
def test_any_change_of_a_tree_shows(venv: Path, change: str) -> None:
    before = state("tree", venv)
    shell(f"cd {venv}/; {change}")
    assert state("tree", venv) != before


def test_a_tree_is_the_folder_that_its_link_names(venv: Path) -> None:
    other = venv.resolve().with_name("v-2")
    other.mkdir()
    venv.unlink()
    venv.symlink_to(other)
    assert state("tree", venv).startswith(f"{other} 1 ")
    venv.unlink()
    venv.write_text("")
    assert state("tree", venv) == "other"


def test_a_comparison_prints_what_differs_and_names_it(venv: Path, tmp_path: Path) -> None:
    record, file = tmp_path / "box/current", tmp_path / "file"
    record.mkdir(parents=True)
    file.write_text("1")
    items = f"file\t{file}\ntree\t{venv}\nfolder\t{tmp_path}\nkernel\tmodules\n"
    (record / "head").write_text("digest d1\npending reboot\ntool 0.1.0\n")
    (record / "wanted").write_text(f"file\t{file}\t644 x\n")
    (record / "seen").write_text("\n".join(shell(f"{OBSERVE}\nlook", items)) + "\n")
    shell(f"{OBSERVE}\nkeep_listings {record}/trees", items)
    quiet = read("\n".join(shell(f"{COMPARE}\ncompare {record.parent}")))
    assert quiet == Record("d1", pending=("reboot",), declared={("file", str(file)): "644 x"})
    file.chmod(0o600)
    use(venv)
    for name in ("a", "b", "c"):
        (venv / name).touch()
    (venv / "lib/one.py").unlink()
    found = read("\n".join(shell(f"{COMPARE}\ncompare {record.parent}")))
    assert found
    assert [format_difference(one) for one in found.differences] == [
        f"mode {0o666 & ~umask():o} -> 600",
        "4 files differ: a, b, c, ...",
    ]


def umask() -> int:
    now = os.umask(0)
    os.umask(now)
    return now


def test_what_could_not_be_looked_at_is_no_longer_as_it_was(tmp_path: Path) -> None:
    record = tmp_path / "current"
    record.mkdir()
    (record / "head").write_text("digest d1\n")
    (record / "wanted").touch()
    (record / "seen").write_text("file\t/etc/a\t644 0 0 a\n")
    found = read(
        "\n".join(shell(f"{COMPARE}\nlook() {{ cat >/dev/null; }}\ncompare {tmp_path}"))
    )
    assert found
    assert found.differences == (Difference("file", "/etc/a", "644 0 0 a", "unseen"),)


def test_what_was_cut_short_is_no_record(tmp_path: Path) -> None:
    record = tmp_path / "current"
    record.mkdir()
    for name in ("head", "wanted", "seen"):
        (record / name).write_text("digest d1\n")
    cut = f"{COMPARE}\nlook() {{ kill $$; }}\ncompare {tmp_path}"
    done = subprocess.run(["sh", "-c", cut], capture_output=True, text=True, check=False)
    assert "declared" in done.stdout
    assert read(done.stdout) is None
    (record / "seen").unlink()
    assert read("\n".join(shell(f"{COMPARE}\ncompare {tmp_path}"))) is None


def test_a_box_without_a_record_says_nothing() -> None:
    nowhere = READ_RECORD.replace("/var/lib/dlbox", "/nowhere")
    assert nowhere != READ_RECORD
    assert shell(nowhere) == []


def test_a_command_with_all_of_it_is_short_enough_for_any_box() -> None:
    # Linux takes 128 KiB in one argument; each shell on the way quotes the quotes again.
    assert len(READ_RECORD) < 16_000
