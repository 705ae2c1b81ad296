"""The record of a box is whole at every moment, and says what stands."""

from __future__ import annotations

import pytest

from tests.support.shell import Answer, Done, ShellSandbox, program

HOME = "/var/lib/dlbox"
ALL = f"{HOME}/generations"
STORE = "/var/cache/dlbox/debs"
OWN = f"{program('lib')}{program('prune')}\n{program('record')}"
LOOK = "".join(program(name) for name in ("lib", "look", "look-trees", "look-system"))
SEES = """\
look() { sed 's|^tree\t.*|&\t/opt/dlbox/trees/pytorch-1 2 sum|; /^tree/!s|$|\tstate|'; }
keep_listings() { mkdir "$1"; }
"""
KEEPS = "prune() { :; }"
"""A look and a pruning that take no time."""
RECORD = f"{SEES}\n{program('lib')}{program('prune')}\n{KEEPS}\n{program('record')}"
SUM = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
PARTS = {"applied.yaml", "folders", "head", "packages", "seen", "wanted"}
ROOMY = 10**9


@pytest.fixture
def recording(box: ShellSandbox) -> ShellSandbox:
    """A box that was given a package, a file and a folder of wheels, and has no record yet."""
    box.folder("/boot")
    box.put("/etc/dlbox/driver-package", "libcuda1\n")
    box.packages({"jq": "1:1.7-1", "gone": "2 rc", "work": "3"})
    box.put(f"{HOME}/packages", "jq\ngone\njq\n")
    box.put(f"{STORE}/jq_1%3a1.7-1_amd64.deb", "foo")
    box.put("/opt/dlbox/trees/pytorch-1/lib.so")
    box.link("/opt/dlbox/pytorch", "/opt/dlbox/trees/pytorch-1")
    box.put(f"{HOME}/begun", "package\tjq\t\n")
    box.tool("uname", {"-r": "6.12.95\n"})
    box.tool("sync", {"*": ""})
    return box


def write(box: ShellSandbox, digest: str = "d1", extra: str = "") -> None:
    """Put there what the controller does."""
    new = f"{ALL}/new"
    box.put(f"{new}/head", f"digest {digest}\n")
    box.put(
        f"{new}/wanted",
        f"tree\t/opt/dlbox/pytorch\t1\nfile\t/etc/dlbox/driver-package\t6\n{extra}",
    )
    box.put(f"{new}/applied.yaml", "knobs: {}\n")


def record(box: ShellSandbox, again: int = 0, most: int = ROOMY, script: str = RECORD) -> Done:
    done = box.shell(script, "record", str(most), str(again))
    assert (done.status, done.errors) == (0, "")
    return done


def recorded(box: ShellSandbox, digest: str = "d1", extra: str = "") -> None:
    write(box, digest, extra)
    record(box)


def current(box: ShellSandbox) -> str:
    return box.files(HOME)[f"{HOME}/current"]


def numbers(box: ShellSandbox) -> list[str]:
    return sorted(path.name for path in box.path(ALL).iterdir())


def test_the_first_record_is_the_first_generation(recording: ShellSandbox) -> None:
    recorded(recording)
    assert current(recording) == "-> generations/1"
    assert numbers(recording) == ["1"]
    assert recording.read(f"{HOME}/applied.yaml") == "knobs: {}\n"
    assert not recording.has(f"{HOME}/begun")


def test_of_our_packages_it_says_where_each_lies(recording: ShellSandbox) -> None:
    recorded(recording)
    assert recording.read(f"{HOME}/current/packages") == (
        f"jq 1:1.7-1 amd64 3 {SUM} jq_1%3a1.7-1_amd64.deb\n"
    )
    assert recording.read(f"{HOME}/packages") == "gone\njq\n"


def test_a_package_that_the_store_has_not_is_said_to_lie_nowhere(
    recording: ShellSandbox,
) -> None:
    recording.path(f"{STORE}/jq_1%3a1.7-1_amd64.deb").unlink()
    recorded(recording)
    assert recording.read(f"{HOME}/current/packages") == "jq 1:1.7-1 amd64 - - -\n"


def test_a_package_is_summed_once(recording: ShellSandbox) -> None:
    recording.put(f"{STORE}/sums", "summed jq_1%3a1.7-1_amd64.deb 3\n")
    recorded(recording)
    assert " 3 summed jq" in recording.read(f"{HOME}/current/packages")


def test_a_package_of_another_size_is_summed_anew(recording: ShellSandbox) -> None:
    recording.put(f"{STORE}/sums", "summed jq_1%3a1.7-1_amd64.deb 4\n")
    recorded(recording)
    assert f" 3 {SUM} jq" in recording.read(f"{HOME}/current/packages")
    assert recording.read(f"{STORE}/sums").splitlines()[1] == f"{SUM} jq_1%3a1.7-1_amd64.deb 3"


def test_what_stands_is_seen_and_named(recording: ShellSandbox) -> None:
    write(recording)
    record(recording, script=f"{LOOK}\n{OWN}")
    seen = recording.read(f"{HOME}/current/seen").splitlines()
    assert [line.rpartition("\t")[0] for line in seen] == [
        "file\t/etc/dlbox/driver-package",
        "kernel\tdriver-user-space",
        "kernel\tmodule-loaded",
        "kernel\tmodules",
        "kernel\trunning",
        "package\tjq",
        "tree\t/opt/dlbox/pytorch",
    ]
    assert "package\tjq\t1:1.7-1 ii" in seen
    assert recording.read(f"{HOME}/current/folders") == "/opt/dlbox/trees/pytorch-1\n"
    [listing] = recording.files(f"{ALL}/1/trees")
    assert listing.endswith("_opt_dlbox_pytorch.list.gz")


def test_a_package_of_another_architecture_is_another_package(recording: ShellSandbox) -> None:
    recording.put(f"{HOME}/packages", "jq\nlibm:i386\n")
    recording.packages({"jq": "1:1.7-1", "jq:i386": "1:1.7-1", "libm": "1", "libm:i386": "2"})
    recording.put(f"{STORE}/libm_2_i386.deb", "foo")
    write(recording)
    record(recording, script=f"{LOOK}\n{OWN}")
    assert recording.read(f"{HOME}/current/packages") == (
        f"jq 1:1.7-1 amd64 3 {SUM} jq_1%3a1.7-1_amd64.deb\n"
        f"libm 2 i386 3 {SUM} libm_2_i386.deb\n"
    )
    assert "package\tlibm:i386\t2 ii\n" in recording.read(f"{HOME}/current/seen")


def test_the_version_of_the_driver_is_that_of_the_boxs_own_architecture(
    recording: ShellSandbox,
) -> None:
    recording.packages({"libcuda1": "550.163.01-2", "libcuda1:i386": "550.163.01-2"})
    write(recording)
    record(recording, script=f"{LOOK}\n{OWN}")
    seen = recording.read(f"{HOME}/current/seen").splitlines()
    assert "kernel\tdriver-user-space\t550.163.01-2" in seen


def test_only_root_reads_what_holds_digests(recording: ShellSandbox) -> None:
    recorded(recording)
    folder = recording.path(f"{ALL}/1")
    modes = {
        path.name: path.stat().st_mode & 0o777 for path in folder.iterdir() if path.is_file()
    }
    assert modes == {name: 0o600 if name == "seen" else 0o644 for name in PARTS}


def test_a_record_that_says_the_same_is_the_same_generation(recording: ShellSandbox) -> None:
    recorded(recording)
    recorded(recording, "d2")
    assert (current(recording), numbers(recording)) == ("-> generations/1", ["1"])
    assert recording.read(f"{HOME}/current/head") == "digest d2\n"


@pytest.mark.parametrize("part", ["wanted", "applied.yaml", "packages"])
def test_a_record_that_says_something_else_is_another(
    recording: ShellSandbox, part: str
) -> None:
    recorded(recording)
    write(recording)
    if part == "packages":
        recording.packages({"jq": "1:1.8-1"})
    else:
        recording.put(f"{ALL}/new/{part}", "")
    record(recording)
    assert (current(recording), numbers(recording)) == ("-> generations/2", ["1", "2"])


def test_after_nine_comes_ten_and_after_ten_eleven(recording: ShellSandbox) -> None:
    for number in (2, 9, 10):
        for part in ("packages", "folders"):
            recording.put(f"{ALL}/{number}/{part}")
    recorded(recording)
    assert current(recording) == "-> generations/11"


def test_a_generation_that_is_again_keeps_its_number(recording: ShellSandbox) -> None:
    recorded(recording)
    recorded(recording, extra="link\t/opt/x\t/y\n")
    write(recording, "d3")
    record(recording, again=1)
    assert (current(recording), numbers(recording)) == ("-> generations/1", ["1", "2"])
    assert recording.read(f"{HOME}/current/head") == "digest d3\n"


def test_a_generation_that_is_gone_cannot_be_again(recording: ShellSandbox) -> None:
    recorded(recording)
    write(recording, extra="link\t/opt/x\t/y\n")
    record(recording, again=7)
    assert current(recording) == "-> generations/2"


def test_what_a_run_that_was_cut_has_put_aside_goes(recording: ShellSandbox) -> None:
    recorded(recording)
    recording.put(f"{ALL}/1.old/head")
    recording.put(f"{ALL}/3.old/head")
    recorded(recording)
    assert numbers(recording) == ["1"]


def test_the_limit_is_that_of_the_box(recording: ShellSandbox) -> None:
    recorded(recording)
    recording.put(f"{STORE}/jq_1%3a1.8-1_amd64.deb", "bar")
    recording.packages({"jq": "1:1.8-1"})
    write(recording)
    record(recording, most=2, script=f"{SEES}\n{OWN}")
    assert numbers(recording) == ["2"]
    assert not recording.has(f"{STORE}/jq_1%3a1.7-1_amd64.deb")


def test_a_box_that_cannot_be_looked_at_keeps_its_record(recording: ShellSandbox) -> None:
    recorded(recording)
    before = recording.read(f"{HOME}/current/seen")
    write(recording, "d2")
    recording.tool("chmod", {"600 *": Answer(status=1), "*": ""})
    assert recording.shell(RECORD, "record", str(ROOMY), "0").status == 1
    assert recording.read(f"{HOME}/current/seen") == before
    assert recording.read(f"{HOME}/current/head") == "digest d1\n"


def test_a_generation_that_was_half_removed_is_in_nobodys_way(recording: ShellSandbox) -> None:
    recorded(recording)
    recorded(recording, extra="link\t/opt/x\t/y\n")
    recording.path(f"{ALL}/1/folders").unlink()
    write(recording, "d2")
    record(recording, script=f"{SEES}\n{OWN}")
    assert recording.read(f"{HOME}/current/head") == "digest d2\n"


def cut(box: ShellSandbox, tool: str, words: str, half: str = ":") -> None:
    """Have the power go before a step by which a record gets its place, or in the middle of it."""
    dies, goes = Answer(does=f"{half}; kill -9 $PPID"), Answer(does=f'exec /bin/{tool} "$@"')
    box.tool(tool, {words: dies, "*": goes})
    assert box.shell(RECORD, "record", str(ROOMY), "0").status == -9
    box.tool(tool, {"*": goes})


@pytest.mark.parametrize(
    ("tool", "words", "digest"),
    [
        ("mv", f"{ALL}/new *", "d1"),
        ("ln", f"-sfn generations/2 {HOME}/current.new", "d1"),
        ("mv", f"-T {HOME}/current.new {HOME}/current", "d1"),
        ("ln", f"-sfn current/applied.yaml {HOME}/applied.yaml", "d2"),
        ("rm", f"-f {HOME}/begun", "d2"),
    ],
)
def test_a_cut_leaves_the_new_record_or_the_one_before(
    recording: ShellSandbox, tool: str, words: str, digest: str
) -> None:
    recorded(recording)
    recording.put(f"{HOME}/begun", "package\tjq\t\n")
    write(recording, "d2", "link\t/opt/x\t/y\n")
    cut(recording, tool, words)
    assert recording.read(f"{HOME}/current/head") == f"digest {digest}\n"
    assert {path.name for path in recording.path(f"{HOME}/current").iterdir()} >= PARTS
    assert recording.read(f"{HOME}/applied.yaml") == "knobs: {}\n"
    assert recording.has(f"{HOME}/begun")


AGAIN = [
    ("mv", f"{ALL}/new {ALL}/1.new", "d1"),
    ("ln", f"-sfn generations/1.new {HOME}/current.new", "d1"),
    ("mv", f"-T {HOME}/current.new {HOME}/current", "d1"),
    ("rm", f"-rf {ALL}/1", "d2"),
    ("cp", f"-a {ALL}/1.new {ALL}/1", "d2"),
    ("ln", f"-sfn generations/1 {HOME}/current.new", "d2"),
    ("rm", f"-rf {ALL}/1.new", "d2"),
]


@pytest.mark.parametrize(("tool", "words", "digest"), AGAIN)
def test_a_cut_leaves_a_record_of_a_generation_that_is_again(
    recording: ShellSandbox, tool: str, words: str, digest: str
) -> None:
    recorded(recording)
    recording.put(f"{HOME}/begun", "package\tjq\t\n")
    write(recording, "d2")
    cut(recording, tool, words)
    assert recording.read(f"{HOME}/current/head") == f"digest {digest}\n"
    assert {path.name for path in recording.path(f"{HOME}/current").iterdir()} >= PARTS
    assert recording.has(f"{HOME}/begun")


@pytest.mark.parametrize("step", AGAIN)
@pytest.mark.parametrize(("extra", "number"), [("", "1"), ("link\t/opt/x\t/y\n", "2")])
def test_a_run_after_a_cut_makes_a_whole_record(
    recording: ShellSandbox, step: tuple[str, str, str], extra: str, number: str
) -> None:
    tool, words, digest = step
    recorded(recording)
    write(recording, "d2")
    cut(recording, tool, words)
    recording.shell(f"rm -rf {ALL}/new")
    recorded(recording, "d3", extra)
    assert recording.read(f"{HOME}/current/head") == "digest d3\n"
    assert current(recording) == f"-> generations/{number}"
    assert numbers(recording) == [str(one + 1) for one in range(int(number))]
    kept = recording.read(f"{ALL}/1/head")
    assert kept == ("digest d3\n" if number == "1" else f"digest {digest}\n")


@pytest.mark.parametrize(
    ("tool", "words", "half"),
    [
        ("rm", f"-rf {ALL}/1", f"/bin/rm {ALL}/1/folders {ALL}/1/head"),
        ("cp", f"-a {ALL}/1.new {ALL}/1", f"mkdir {ALL}/1; /bin/cp {ALL}/1.new/head {ALL}/1"),
    ],
)
def test_a_cut_in_the_middle_of_a_step_is_mended(
    recording: ShellSandbox, tool: str, words: str, half: str
) -> None:
    recorded(recording)
    write(recording, "d2")
    cut(recording, tool, words, half)
    assert recording.read(f"{HOME}/current/head") == "digest d2\n"
    recording.shell(f"rm -rf {ALL}/new")
    recorded(recording, "d3", "link\t/opt/x\t/y\n")
    assert numbers(recording) == ["1", "2"]
    assert {path.name for path in recording.path(f"{ALL}/1").iterdir()} == {*PARTS, "trees"}
    assert recording.read(f"{ALL}/1/head") == "digest d2\n"


@pytest.mark.parametrize("extra", ["", "link\t/opt/x\t/y\n"])
def test_a_record_that_is_not_on_the_disk_is_not_the_current_one(
    recording: ShellSandbox, extra: str
) -> None:
    recorded(recording)
    recording.put(f"{HOME}/begun", "package\tjq\t\n")
    write(recording, "d2", extra)
    recording.tool("sync", {"*/seen*": Answer(status=1)})
    assert recording.shell(RECORD, "record", str(ROOMY), "0").status == 1
    assert recording.read(f"{HOME}/current/head") == "digest d1\n"
    assert recording.has(f"{HOME}/begun")


def test_a_record_that_was_deleted_meanwhile_is_in_nobodys_way(recording: ShellSandbox) -> None:
    recorded(recording)
    recording.path(f"{HOME}/current").unlink()
    recording.link(f"{HOME}/current", "generations/1.new")
    recorded(recording, "d2")
    assert (current(recording), numbers(recording)) == ("-> generations/1", ["1"])


def test_a_cut_leaves_the_ledger_whole(recording: ShellSandbox) -> None:
    write(recording)
    cut(recording, "mv", f"{HOME}/packages.new {HOME}/packages")
    assert recording.read(f"{HOME}/packages") == "jq\ngone\njq\n"
