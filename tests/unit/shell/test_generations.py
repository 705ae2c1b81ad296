"""What a box had before: which generations there are, and which of them stay."""

from __future__ import annotations

import os

import pytest

from tests.support.shell import Answer, ShellSandbox, program

HOME = "/var/lib/dlbox"
ALL = f"{HOME}/generations"
STORE = "/var/cache/dlbox/debs"
TREES = "/opt/dlbox/trees"
PRUNE = f"set -eu\n{program('prune')}\n"
LIST = f"{program('lib')}{program('prune')}\n{program('generations')}\n"
DAY = 1_764_000_000


def generation(
    box: ShellSandbox, number: int, *packages: str, trees: tuple[str, ...] = ()
) -> None:
    """Put one there: packages ``NAME=VERSION`` of 100 bytes each, folders of wheels."""
    rows = []
    for package in packages:
        name, version = package.split("=")
        file = f"{name}_{version}_all.deb"
        box.put(f"{STORE}/{file}", "x" * 100)
        rows.append(f"{name} {version} all 100 sum {file}\n")
    for tree in trees:
        box.put(f"{TREES}/{tree}/lib.so", "x" * 1000)
    folder = f"{ALL}/{number}"
    box.put(f"{folder}/packages", "".join(rows))
    box.put(f"{folder}/folders", "".join(f"{TREES}/{tree}\n" for tree in trees))
    box.put(f"{folder}/head", f"digest d{number}\n")
    os.utime(box.path(f"{folder}/head"), (DAY, DAY + 86400 * number))


@pytest.fixture
def three(box: ShellSandbox) -> ShellSandbox:
    """A box with three generations; the last stands."""
    generation(box, 8, "jq=1", "same=1")
    generation(box, 9, "jq=2", "same=1", trees=("torch-1",))
    generation(box, 10, "jq=3", "same=1", trees=("torch-2",))
    box.link(f"{HOME}/current", "generations/10")
    box.packages({"jq": "3", "same": "1"})
    return box


def prune(box: ShellSandbox, most: int) -> list[str]:
    """Return the generations that stay."""
    done = box.shell(f"{PRUNE}prune {most}")
    assert (done.status, done.errors) == (0, "")
    return sorted(path.name for path in box.path(ALL).iterdir())


def store(box: ShellSandbox) -> list[str]:
    return [path.removeprefix(f"{STORE}/") for path in box.files(STORE)]


# The older generations have jq_1, and jq_2 with a tree: a folder's own bytes are a file system's.
ONE = 100


def size(box: ShellSandbox, tree: str) -> int:
    return 1000 + box.path(f"{TREES}/{tree}").stat().st_size


def test_what_fits_stays(three: ShellSandbox) -> None:
    assert prune(three, 2 * ONE + size(three, "torch-1")) == ["10", "8", "9"]
    assert store(three) == ["jq_1_all.deb", "jq_2_all.deb", "jq_3_all.deb", "same_1_all.deb"]


def test_a_byte_too_much_and_the_oldest_goes_as_a_whole(three: ShellSandbox) -> None:
    assert prune(three, 2 * ONE + size(three, "torch-1") - 1) == ["10", "9"]
    assert store(three) == ["jq_2_all.deb", "jq_3_all.deb", "same_1_all.deb"]
    assert three.has(f"{TREES}/torch-1")


def test_what_stands_always_stays(three: ShellSandbox) -> None:
    assert prune(three, 1) == ["10"]
    assert store(three) == ["jq_3_all.deb", "same_1_all.deb"]
    assert three.has(f"{TREES}/torch-2/lib.so")
    assert not three.has(f"{TREES}/torch-1")


def test_what_stands_stays_though_it_is_the_oldest(three: ShellSandbox) -> None:
    three.path(f"{HOME}/current").unlink()
    three.link(f"{HOME}/current", "generations/8")
    assert prune(three, 1) == ["8"]
    assert store(three) == ["jq_1_all.deb", "same_1_all.deb"]


def test_who_wants_nothing_kept_has_no_packages_either(three: ShellSandbox) -> None:
    assert prune(three, 0) == ["10"]
    assert store(three) == []
    assert three.has(f"{TREES}/torch-2/lib.so")


def test_what_no_generation_needs_goes(three: ShellSandbox) -> None:
    three.put(f"{STORE}/stray_1_all.deb")
    three.put(f"{STORE}/sums", "sum jq_1_all.deb 100\n")
    three.put(f"{TREES}/torch-0/lib.so")
    prune(three, 10**9)
    assert "stray_1_all.deb" not in store(three)
    assert "sums" in store(three)
    assert not three.has(f"{TREES}/torch-0")


def test_a_package_that_lies_nowhere_needs_no_file(three: ShellSandbox) -> None:
    three.put(f"{ALL}/8/packages", "jq 1 all - - -\n")
    assert prune(three, ONE + size(three, "torch-1")) == ["10", "8", "9"]


@pytest.mark.parametrize("part", ["packages", "folders"])
def test_a_generation_that_was_half_removed_hides_no_other(
    three: ShellSandbox, part: str
) -> None:
    three.path(f"{ALL}/8/{part}").unlink()
    trees = size(three, "torch-1")
    assert prune(three, 2 * ONE + trees - 1) == (
        ["10", "8", "9"] if part == "packages" else ["10", "9"]
    )
    assert three.has(f"{TREES}/torch-1/lib.so")


@pytest.mark.parametrize("path", [f"{ALL}/9", f"{TREES}/torch-1"])
def test_what_is_half_removed_has_another_name(three: ShellSandbox, path: str) -> None:
    goes = Answer(does='exec /bin/rm "$@"')
    cut = Answer(does=f"if [ -e {path}.old ]; then kill -9 $PPID; fi")
    three.tool("rm", {f"-rf {path}.old": cut, "*": goes})
    assert three.shell(f"{PRUNE}prune 1").status == -9
    assert (three.has(path), three.has(f"{path}.old")) == (False, True)


def test_a_folder_that_was_half_removed_goes(three: ShellSandbox) -> None:
    three.put(f"{TREES}/torch-0.old/lib.so")
    prune(three, 10**9)
    assert sorted(path.name for path in three.path(TREES).iterdir()) == ["torch-1", "torch-2"]


def listed(box: ShellSandbox) -> list[str]:
    done = box.shell(f"{LIST}list")
    assert (done.status, done.errors) == (0, "")
    return done.said.splitlines()


def test_each_generation_has_its_day_its_bytes_and_what_it_lacks(three: ShellSandbox) -> None:
    trees = [size(three, "torch-1"), size(three, "torch-2")]
    assert listed(three) == [
        "8 2025-12-02 - 100 0 ",
        f"9 2025-12-03 - {100 + trees[0]} 0 ",
        f"10 2025-12-04 current {100 + trees[1]} 0 ",
    ]


def test_packages_that_neither_the_store_nor_the_box_has_are_lacking(
    three: ShellSandbox,
) -> None:
    for name in ("jq_1", "jq_3", "same_1"):
        three.path(f"{STORE}/{name}_all.deb").unlink()
    assert [line.split()[4] for line in listed(three)] == ["1", "0", "0"]


def test_a_package_of_another_architecture_stands_in_for_none(three: ShellSandbox) -> None:
    three.path(f"{STORE}/jq_3_all.deb").unlink()
    three.path(f"{STORE}/same_1_all.deb").unlink()
    three.packages({"jq": "3", "jq:i386": "3", "same:i386": "1"})
    assert [line.split()[4] for line in listed(three)] == ["1", "1", "1"]
    three.put(f"{ALL}/10/packages", "jq 3 i386 - - -\nsame 1 all - - -\n")
    assert [line.split()[4] for line in listed(three)] == ["1", "1", "1"]
    three.packages({"jq": "3 rc", "same": "1"})
    assert [line.split()[4] for line in listed(three)] == ["0", "0", "1"]


def test_folders_that_are_gone_are_named(three: ShellSandbox) -> None:
    three.put(f"{ALL}/9/folders", f"{TREES}/a\n{TREES}/torch-1\n{TREES}/b\n")
    assert listed(three)[1].endswith(f" 0 {TREES}/a {TREES}/b")


@pytest.mark.parametrize("part", ["head", "packages", "folders"])
def test_a_generation_that_was_half_removed_is_not_listed(
    three: ShellSandbox, part: str
) -> None:
    three.path(f"{ALL}/9/{part}").unlink()
    assert [line.split()[0] for line in listed(three)] == ["8", "10"]


def replacing(box: ShellSandbox, number: int) -> None:
    """Have it as when the power went while the record of a generation was replaced."""
    box.path(f"{ALL}/{number}").rename(box.path(f"{ALL}/{number}.new"))
    box.folder(f"{ALL}/{number}")
    box.path(f"{HOME}/current").unlink()
    box.link(f"{HOME}/current", f"generations/{number}.new")


def test_a_generation_that_is_being_replaced_is_not_listed(three: ShellSandbox) -> None:
    replacing(three, 10)
    assert [line.split()[0] for line in listed(three)] == ["8", "9"]


def test_a_box_without_a_record_has_no_generations(box: ShellSandbox) -> None:
    assert listed(box) == []


def kept(box: ShellSandbox, which: str) -> str:
    return box.shell(f"{LIST}kept {which}").said


def parts(box: ShellSandbox) -> None:
    for number in (8, 9, 10):
        box.put(f"{ALL}/{number}/applied.yaml", "knobs: {}\n")
        box.put(f"{ALL}/{number}/seen", "tree\t/opt/dlbox/pytorch\tx\n")


def test_a_generation_is_told_by_its_parts(three: ShellSandbox) -> None:
    parts(three)
    assert kept(three, "8") == (
        "== number\n8\n== head\ndigest d8\n== applied.yaml\nknobs: {}\n== packages\n"
        "jq 1 all 100 sum jq_1_all.deb\nsame 1 all 100 sum same_1_all.deb\n"
        "== seen\ntree\t/opt/dlbox/pytorch\tx\n"
    )


@pytest.mark.parametrize(("now", "previous"), [("10", "9"), ("9", "8")])
def test_the_previous_one_is_the_next_below_what_stands(
    three: ShellSandbox, now: str, previous: str
) -> None:
    parts(three)
    three.path(f"{HOME}/current").unlink()
    three.link(f"{HOME}/current", f"generations/{now}")
    assert kept(three, "previous").startswith(f"== number\n{previous}\n")


def test_one_that_was_half_removed_is_not_the_previous_one(three: ShellSandbox) -> None:
    parts(three)
    three.path(f"{ALL}/9/seen").unlink()
    assert kept(three, "previous").startswith("== number\n8\n")
    assert kept(three, "9") == ""


def test_the_previous_one_is_known_where_a_replacement_was_cut(three: ShellSandbox) -> None:
    parts(three)
    replacing(three, 9)
    assert kept(three, "previous").startswith("== number\n8\n")


def test_a_generation_that_is_not_there_has_no_parts(three: ShellSandbox) -> None:
    assert kept(three, "7") == ""
    three.path(f"{HOME}/current").unlink()
    three.link(f"{HOME}/current", "generations/8")
    assert kept(three, "previous") == ""
