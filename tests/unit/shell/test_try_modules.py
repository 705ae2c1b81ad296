"""Which kernels a module compiles on is found out before dpkg is asked to have it."""

from __future__ import annotations

import pytest

from tests.support.shell import Answer, Done, ShellSandbox

TRY = "/opt/dlbox/driver/try-modules"
STATE = "/var/lib/dlbox/modules"
OLD, NEW = "6.12.95-amd64", "6.12.118-amd64"
MODULE = "nvidia-550.163.01"
DEB = "/var/cache/nvidia-kernel-dkms_550.163.01-2_amd64.deb"
TRIAL = (
    "dkms build --dkmstree /var/lib/dlbox/modules/trial --sourcetree {sources}"
    " -m nvidia -v 550.163.01 -k {kernel}"
)
# dkms fails in a trial whatever comes of it: what compiled has left a file.
GOOD = Answer(does='touch "$DLBOX_TRIAL"', status=10, said="Error! Bad return status\n")
MAKE_LOG = """\
dlbox: cache key ab
make: *** no error: of a compiler
{build}/nv.c:7:9: error: too few arguments to function
{build}/nv.c:9:1: error: another
"""


@pytest.fixture
def tries(box: ShellSandbox) -> ShellSandbox:
    """A box with two kernels and their headers, on which every module compiles."""
    box.place("lib", "/opt/dlbox/driver/lib.sh")
    box.place("kernels", "/opt/dlbox/driver/kernels")
    box.place("try-modules", TRY)
    for kernel in (OLD, NEW):
        box.put(f"/boot/vmlinuz-{kernel}")
        box.folder(f"/lib/modules/{kernel}/build/include")
    box.put(DEB)
    folder = 'folder="${2%.XXXXXX}" && mkdir "$folder" && echo "$folder"'
    box.tool("mktemp", {"-d *": Answer(does=folder)})
    unpack = f'mkdir -p "$3/usr/src/{MODULE}" && touch "$3/usr/src/{MODULE}/dkms.conf"'
    box.tool("dpkg-deb", {"-x *": Answer(does=unpack)})
    dkms(box, GOOD, GOOD)
    return box


def dkms(box: ShellSandbox, old: Answer, new: Answer) -> None:
    """Say what comes of a trial on either kernel."""
    status = "nvidia/550.163.01, 6.1, x86_64: installed\nzfs/2.3: added\n"
    box.tool("dkms", {"status": status, f"build * {OLD}": old, f"build * {NEW}": new})


def bad(log: str, said: str = "Error! Bad return status\n", status: int = 10) -> Answer:
    """Return how dkms fails, with what make has logged; no log: there is none."""
    build = f"{STATE}/trial/nvidia/550.163.01/build"
    text = log.format(build=build)
    does = f"mkdir -p {build}; cat >{build}/make.log <<'END'\n{text}END" if log else ""
    return Answer(does=does, status=status, said=said)


def run(box: ShellSandbox, *words: str, stdin: str = "") -> Done:
    return box.run(TRY, *words, stdin=stdin)


def marks(box: ShellSandbox) -> dict[str, str]:
    """Return MODULE-VERSION/KERNEL -> why it was refused."""
    folder = f"{STATE}/refused"
    return {path.removeprefix(f"{folder}/"): text for path, text in box.files(folder).items()}


def test_what_compiles_has_no_mark(tries: ShellSandbox) -> None:
    done = run(tries, "package", DEB)
    assert (done.status, done.said, done.errors) == (0, "", "")
    assert marks(tries) == {}
    assert tries.calls("dkms") == [
        TRIAL.format(sources=f"{STATE}/source/usr/src", kernel=kernel) for kernel in (OLD, NEW)
    ]


def test_a_kernel_that_refuses_is_marked_with_the_compilers_first_error(
    tries: ShellSandbox,
) -> None:
    dkms(tries, GOOD, bad(MAKE_LOG))
    done = run(tries, "package", DEB)
    error = "nv.c:7:9: error: too few arguments to function\n"
    assert marks(tries) == {f"{MODULE}/{NEW}": error}
    assert (done.status, done.said) == (0, f"nvidia 550.163.01 on kernel {NEW}: {error}")
    assert "another" in tries.read(f"{STATE}/{NEW}.log")


def test_a_package_that_no_kernel_can_have_is_refused(tries: ShellSandbox) -> None:
    dkms(tries, bad(MAKE_LOG), bad(MAKE_LOG))
    done = run(tries, "package", DEB)
    assert done.status == 1
    assert done.errors == (
        f"no kernel of this box can have these modules; the logs are in {STATE}\n"
    )


def test_what_is_known_to_fail_is_not_compiled(tries: ShellSandbox) -> None:
    known = f"{OLD}.1 nv.c:1: error: other\n{OLD} nv.c:2: error: known\n"
    run(tries, "package", DEB, stdin=known)
    assert marks(tries) == {f"{MODULE}/{OLD}": "nv.c:2: error: known\n"}
    assert tries.calls("dkms") == [TRIAL.format(sources=f"{STATE}/source/usr/src", kernel=NEW)]


@pytest.mark.parametrize(
    ("lost", "why"),
    [
        (f"/boot/vmlinuz-{NEW}", "only its headers are installed\n"),
        (
            f"/lib/modules/{NEW}/build/include",
            f"there are no headers for it: linux-headers-{NEW} is not installed, and apt has none\n",
        ),
    ],
)
def test_a_kernel_that_is_not_whole_is_not_compiled_for(
    tries: ShellSandbox, lost: str, why: str
) -> None:
    path = tries.path(lost)
    path.rmdir() if path.is_dir() else path.unlink()
    run(tries, "package", DEB)
    assert marks(tries) == {f"{MODULE}/{NEW}": why}
    assert len(tries.calls("dkms")) == 1


def test_packages_that_apt_did_not_download_are_passed_over(tries: ShellSandbox) -> None:
    done = run(tries, "package", "/nowhere/a.deb")
    assert (done.status, marks(tries), tries.calls("dkms", "dpkg-deb")) == (0, {}, [])


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (
            bad("", "Error! 6.12 is excluded\n", 77),
            "the module's own dkms.conf leaves this kernel out",
        ),
        (bad("", "Deprecated: x\nError! no such thing\nmore\n"), "Error! no such thing"),
        (bad("", "Nothing to say\n", 5), "dkms ended with 5"),
        (bad("no words of a compiler\n", "build failed\n"), "build failed"),
    ],
)
def test_without_a_compilers_error_dkms_says_why(
    tries: ShellSandbox, answer: Answer, why: str
) -> None:
    dkms(tries, GOOD, answer)
    run(tries, "kernel", NEW)
    assert marks(tries) == {f"{MODULE}/{NEW}": f"{why}\n"}


def test_a_kernel_that_arrives_is_tried_with_what_dkms_has(tries: ShellSandbox) -> None:
    done = run(tries, "kernel", NEW)
    assert (done.status, done.said) == (0, "")
    assert tries.calls("dkms") == ["dkms status", TRIAL.format(sources="/usr/src", kernel=NEW)]


def test_a_kernel_that_compiles_now_loses_its_mark(tries: ShellSandbox) -> None:
    tries.put(f"{STATE}/refused/{MODULE}/{NEW}", "there are no headers for it\n")
    run(tries, "kernel", NEW)
    assert marks(tries) == {}


def test_of_all_kernels_those_with_a_mark_are_not_tried_again(tries: ShellSandbox) -> None:
    tries.put(f"{STATE}/refused/{MODULE}/{OLD}", "nv.c:1: error: no\n")
    dkms(tries, GOOD, bad(MAKE_LOG))
    assert run(tries, "all").status == 0
    assert [*marks(tries)] == [f"{MODULE}/{NEW}", f"{MODULE}/{OLD}"]
    assert tries.calls("dkms")[1:] == [TRIAL.format(sources="/usr/src", kernel=NEW)]


@pytest.mark.parametrize("words", ["all", f"kernel {OLD}"])
def test_what_cannot_be_tried_keeps_nothing_else_from_being_tried(
    tries: ShellSandbox, words: str
) -> None:
    status = "nvidia/550.163.01, 6.1, x86_64: installed\nnvidia-current/535.309.01: added\n"
    tries.tool("dkms", {"status": status, "build *": GOOD})
    folder = 'folder="${2%.XXXXXX}" && mkdir "$folder" && echo "$folder"'
    tries.tool("mktemp", {"-d *": [Answer(status=1), Answer(does=folder)]})
    assert run(tries, *words.split()).status == 1
    built = [call.rpartition(" -m ")[2] for call in tries.calls("dkms")[1:]]
    rest = [f"nvidia -v 550.163.01 -k {NEW}", f"nvidia-current -v 535.309.01 -k {OLD}"]
    rest += [f"nvidia-current -v 535.309.01 -k {NEW}"]
    assert built == (rest if words == "all" else rest[1:2])


@pytest.mark.parametrize("new", [GOOD, bad(MAKE_LOG)])
def test_trials_leave_no_trees_behind(tries: ShellSandbox, new: Answer) -> None:
    dkms(tries, GOOD, new)
    run(tries, "package", DEB)
    assert sorted(path.name for path in tries.path(STATE).iterdir() if path.is_dir()) == [
        "refused"
    ]
