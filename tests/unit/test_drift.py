"""What differs on a box since ``up``: how it is seen, whose doing it is, and how it is told."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from dlbox.plan.drift_report import LOST, Compared, data, exit_code, lines
from dlbox.state.boot import ExpectedAfterBoot
from dlbox.state.drift import Change, classify, drift_json, format_drift
from dlbox.state.drift_text import format_declared_change, format_difference
from dlbox.state.record import OBSERVE, READ_RECORD, Difference, Record, parse_record

ROOT = Path(__file__).parents[2]
COMPARE = OBSERVE + (ROOT / "roles/box/compare.sh").read_text(encoding="utf-8")
OLD, NEW = "a" * 64, "b" * 64
MODE = re.compile(r"[0-7]+ \d+ \d+")
PROFILE = ("file", "/etc/profile.d/dlbox-cuda.sh")
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


def shell(script: str, said: str = "", *words: str) -> list[str]:
    """Run shell as a box would; return the lines it prints."""
    done = subprocess.run(
        ["sh", "-eu", "-c", script, "test", *words],
        input=said,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


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


@pytest.mark.parametrize(
    ("kind", "name", "was", "now", "expected"),
    [
        ("unit", "a", "enabled active", "enabled failed", False),
        ("unit", "a", "enabled active", "enabled inactive", False),
        ("unit", "a", "enabled inactive", "enabled active", True),
        ("unit", "a", "enabled failed", "enabled inactive", True),
        ("unit", "a", "enabled inactive", "masked inactive", False),
        ("unit", "a", "enabled -", "enabled active", True),
        ("kernel", "running", "6.12.94-amd64", "6.12.90-amd64", True),
        ("kernel", "running", "6.12.94-amd64", "6.12.99-amd64", False),
        ("kernel", "module-loaded", "none", "550.163.01", True),
        ("kernel", "module-loaded", "550.163.01", "none", True),
        ("kernel", "module-loaded", "535.1", "550.163.01", True),
        ("kernel", "module-loaded", "550.163.01", "535.1", False),
        ("kernel", "modules", "6.12.94-amd64 550.163.01", "6.12.94-amd64 none", False),
        ("file", "/etc/a", "644 0 0 a", "644 0 0 b", False),
        ("file", "/etc/a", "644 0 0 a", "644 0 0 a", True),
    ],
)
def test_a_boot_changes_some_things_by_itself(
    kind: str, name: str, was: str, now: str, *, expected: bool
) -> None:
    boot = ExpectedAfterBoot("6.12.90-amd64 550.163.01,6.12.94-amd64 550.163.01", waiting=True)
    assert boot.expects((kind, name), was, now) is expected


def test_another_kernel_is_somebodys_choice_where_no_boot_was_due() -> None:
    boot = ExpectedAfterBoot("6.12.90-amd64 550.163.01,6.12.94-amd64 550.163.01", waiting=False)
    assert not boot.expects(("kernel", "running"), "6.12.94-amd64", "6.12.90-amd64")


@pytest.mark.parametrize(
    ("kind", "was", "now", "words"),
    [
        ("file", f"644 0 0 {OLD}", f"644 0 0 {NEW}", "content changed"),
        ("file", f"644 0 0 {OLD}", f"600 0 0 {OLD}", "mode 644 -> 600"),
        ("file", f"644 0 0 {OLD}", f"644 1000 0 {OLD}", "user 0 -> 1000"),
        ("file", f"644 0 0 {OLD}", f"644 0 4 {NEW}", "group 0 -> 4, content changed"),
        ("file", f"644 0 0 {OLD}", "absent", "removed"),
        ("file", "absent", f"644 0 0 {OLD}", "was missing, is there"),
        ("file", f"644 0 0 {OLD}", "link /tmp/x", "replaced by a link to /tmp/x"),
        ("file", f"644 0 0 {OLD}", "other", "replaced by something else"),
        ("file", "link /tmp/x", f"644 0 0 {OLD}", "was a link to /tmp/x"),
        ("file", f"644 0 0 {OLD}", "unseen", "could not be seen"),
        ("folder", "755 0 0", "777 0 0", "mode 755 -> 777"),
        ("folder", "755 0 0", "link /tmp", "replaced by a link to /tmp"),
        ("link", "/dev/null", "/mnt/x", "/dev/null -> /mnt/x"),
        ("link", "/dev/null", "absent", "removed"),
        ("link", "/dev/null", "other", "/dev/null -> other"),
        ("tree", f"/t/a 5 {OLD}", f"/t/b 5 {OLD}", "/t/a -> /t/b"),
        ("tree", f"/t/a 5 {OLD}", "other", "/t/a -> no folder"),
        ("tree", f"/t/a 5 {OLD}", f"/t/a 6 {NEW}", "its files differ"),
        ("tree", f"/t/a 5 {OLD}", "absent", "removed"),
        ("package", "550.1-2 hi", "551.2-1 hi", "550.1-2 -> 551.2-1"),
        ("package", "550.1-2 hi", "550.1-2 ii", "hold removed"),
        ("package", "550.1-2 ii", "550.1-2 hi", "put on hold"),
        ("package", "550.1-2 hi", "551.2-1 ii", "550.1-2 -> 551.2-1, hold removed"),
        ("package", "550.1-2 hi", "550.1-2 rc", "removed"),
        ("package", "550.1-2 hi", "absent", "removed"),
        ("package", "550.1-2 hi", "550.1-2 iU", "left half done (iU)"),
        ("package", "550.1-2 ii", "550.1-2 ri", "ii -> ri"),
        ("unit", "enabled active", "enabled failed", "active -> failed"),
        ("unit", "enabled active", "disabled active", "enabled -> disabled"),
        ("unit", "enabled active", "- inactive", "enabled -> -, active -> inactive"),
        ("user", "1000 /bin/sh /h a L", "1000 /bin/sh /h a,b L", "groups a -> a,b"),
        ("user", "1000 /bin/sh /h a L", "1001 /bin/sh /h a L", "number 1000 -> 1001"),
        ("user", "1000 /bin/sh /h a L", "1000 /bin/sh /h a P", "password locked -> set"),
        ("kernel", "550.1", "none", "550.1 -> none"),
    ],
)
def test_a_difference_is_told_in_a_persons_words(
    kind: str, was: str, now: str, words: str
) -> None:
    assert format_difference(Difference(kind, "name", was, now)) == words


@pytest.mark.parametrize(
    ("count", "paths", "words"),
    [
        (1, ("a",), "1 file differs: a"),
        (3, ("a", "b", "c"), "3 files differ: a, b, c"),
        (9, ("a", "b", "c"), "9 files differ: a, b, c, ..."),
    ],
)
def test_three_files_of_a_folder_are_named(
    count: int, paths: tuple[str, ...], words: str
) -> None:
    one = Difference("tree", "/opt/v", f"/t 5 {OLD}", f"/t 5 {NEW}", count, paths)
    assert format_difference(one) == words


@pytest.mark.parametrize(
    ("kind", "was", "now", "words"),
    [
        ("file", None, f"644 {NEW}", "now asked for"),
        ("file", f"644 {OLD}", None, "no longer asked for"),
        ("file", f"644 {OLD}", f"644 {NEW}", "other content"),
        ("file", f"644 {OLD}", f"755 {NEW}", "mode 644 -> 755, other content"),
        ("file", "600 jupyter", "600 bob", "600 jupyter -> 600 bob"),
        ("tree", OLD, NEW, "other wheels, lock aaaaaaaaaaaa -> bbbbbbbbbbbb"),
        ("package", "550.", "", "550. -> any"),
        ("link", "/a", "/b", "/a -> /b"),
    ],
)
def test_another_wish_is_told_in_a_persons_words(
    kind: str, was: str | None, now: str | None, words: str
) -> None:
    assert format_declared_change(kind, was, now) == words


APPLIED = Record(
    digest="d1",
    declared={
        PROFILE: f"644 {OLD}",
        ("package", "libcuda1"): "550.",
        ("tree", "/opt/v"): OLD,
        ("user", "jupyter"): "",
    },
    differences=(
        Difference(*PROFILE, f"644 0 0 {OLD}", f"644 0 0 {NEW}"),
        Difference("package", "libcuda1", "550.1-2 hi", "550.1-2 ii"),
    ),
)
AS_BEFORE = ["\t".join((*item, value)) for item, value in APPLIED.declared.items()]


def whose(changes: list[Change]) -> dict[str, str]:
    return {change.name: change.whose for change in changes}


def test_what_only_the_box_has_changed_is_theirs() -> None:
    assert whose(classify(APPLIED, AS_BEFORE, "d1")) == {
        PROFILE[1]: "theirs",
        "libcuda1": "theirs",
    }


def test_what_only_the_settings_have_changed_is_ours() -> None:
    wanted = [*AS_BEFORE[:2], f"tree\t/opt/v\t{NEW}", "file\t/etc/new\t644 x"]
    changes = classify(APPLIED, wanted)
    assert whose(changes) == {
        PROFILE[1]: "theirs",
        "libcuda1": "theirs",
        "/opt/v": "ours",
        "/etc/new": "ours",
        "jupyter": "ours",
    }
    assert Change("user", "jupyter", "ours", "", "", "no longer asked for") in changes


def test_what_both_have_changed_is_both_and_told_so() -> None:
    changes = classify(APPLIED, [f"{line}x" for line in AS_BEFORE[:1]] + AS_BEFORE[1:])
    [both] = [change for change in changes if change.whose == "both"]
    assert both == Change(
        *PROFILE,
        "both",
        f"644 0 0 {OLD}",
        f"644 0 0 {NEW}",
        f"content changed; and by the settings: 644 {OLD} -> 644 {OLD}x",
    )


def test_where_the_settings_are_refused_the_box_is_still_told_of() -> None:
    assert whose(classify(APPLIED, None)) == {PROFILE[1]: "theirs", "libcuda1": "theirs"}


def test_inputs_that_differ_to_no_effect_are_ours() -> None:
    quiet = Record(digest="d1", declared=APPLIED.declared)
    assert classify(quiet, AS_BEFORE, "d1") == []
    [change] = classify(quiet, AS_BEFORE, "d2")
    assert (change.kind, change.whose, change.was, change.now) == ("inputs", "ours", "d1", "d2")


def test_inputs_that_a_pending_boot_changes_are_nobodys() -> None:
    waiting = Record(digest="d1", declared=APPLIED.declared, pending=("reboot",))
    assert classify(waiting, AS_BEFORE, "d2") == []


def test_a_box_is_told_a_line_a_change_in_columns() -> None:
    changes = [
        Change(*PROFILE, "theirs", "", "", "content changed"),
        Change("package", "libcuda1", "ours", "", "", "now asked for"),
    ]
    assert format_drift("box", changes) == [
        "box: 2 things not as applied",
        "  theirs  file /etc/profile.d/dlbox-cuda.sh: content changed",
        "  ours    package libcuda1: now asked for",
    ]
    assert format_drift("box", changes[:1])[0] == "box: 1 thing not as applied"
    assert format_drift("box", []) == ["box: as it was applied"]


def test_programs_get_the_same() -> None:
    change = Change(*PROFILE, "theirs", "a", "b", "content changed")
    box = Compared((change,), refused="no", pending=("reboot",))
    assert json.loads(json.dumps(data(box))) == {
        "changes": [
            {
                "kind": "file",
                "name": PROFILE[1],
                "whose": "theirs",
                "was": "a",
                "now": "b",
                "detail": "content changed",
            }
        ],
        "refused": "no",
        "failed": None,
        "pending": ["reboot"],
    }
    assert drift_json([]) == []


def test_what_is_refused_or_pending_is_said_beside_the_changes() -> None:
    assert lines("box", Compared(refused="no such card", pending=("reboot",))) == [
        "box: as it was applied",
        "  its settings are refused, so only the box itself is told of: no such card",
        "  pending since the last up: reboot",
    ]
    assert lines("box", LOST) == ["box: no answer; see above"]


def test_the_exit_code_is_of_the_worst_box() -> None:
    good, bad = Compared(), Compared((Change(*PROFILE, "theirs", "", "", ""),))
    assert exit_code({"a": good}) == 0
    assert exit_code({"a": good, "b": bad}) == 6
    assert exit_code({"a": good, "b": bad, "c": LOST}) == 1


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


BEGUN = (ROOT / "roles/box/begun.sh").read_text(encoding="utf-8")


def begun(home: Path, rows: str) -> None:
    shell(BEGUN.replace("/var/lib/dlbox", str(home)), rows)


def test_what_a_cut_run_was_to_bring_is_declared_though_nothing_was_recorded(
    tmp_path: Path,
) -> None:
    home = tmp_path / "box"
    begun(home, f"file\t{tmp_path}/a\t644 x\npackage\tjq\t\n")
    found = read("\n".join(shell(f"{COMPARE}\ncompare {home}")))
    assert found == Record(
        cut=True, declared={("file", f"{tmp_path}/a"): "644 x", ("package", "jq"): ""}
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


def test_a_cut_run_is_drift_even_where_the_box_is_as_recorded() -> None:
    cut = Record(digest="d1", cut=True, pending=("reboot",))
    changes = classify(cut, [], "d1")
    assert format_drift("m", changes) == [
        "m: 1 thing not as applied",
        "  ours  run up: cut short; run it again",
    ]
    assert exit_code({"m": Compared(tuple(changes))}) == 6


def test_a_box_without_a_record_says_nothing() -> None:
    nowhere = READ_RECORD.replace("/var/lib/dlbox", "/nowhere")
    assert nowhere != READ_RECORD
    assert shell(nowhere) == []


def test_a_command_with_all_of_it_is_short_enough_for_any_box() -> None:
    # Linux takes 128 KiB in one argument; each shell on the way quotes the quotes again.
    assert len(READ_RECORD) < 16_000
