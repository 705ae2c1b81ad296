"""A module is compiled once for one source, kernel and compiler, and refused once."""

from __future__ import annotations

import re
import shutil

import pytest

from tests.support.shell import Answer, Done, ShellSandbox

COMPILE = "/opt/dlbox/driver/compile"
KERNEL = "6.12.95-amd64"
HEADERS = f"/lib/modules/{KERNEL}/build"
CACHE = f"/var/lib/dlbox/modules/cache/nvidia-550.163.01/{KERNEL}"
BUILD = "/build"
CONF = """\
PACKAGE_NAME="nvidia"
PACKAGE_VERSION="550.163.01"
MAKE[0]="make ${parallel_jobs+-j$parallel_jobs} KERNEL_UNAME=${kernelver}"
"""
COMPILES = Answer(does="mkdir -p deep && echo machine code >deep/nvidia.ko")
REFUSES = Answer(
    does='echo "warning: x\n$PWD/nv.c:7:9: error: too few\n$PWD/nv.c:9:1: error: more" >make.log',
    status=2,
)


@pytest.fixture
def source(box: ShellSandbox) -> ShellSandbox:
    """A box with headers and a module's source that compiles."""
    box.place("compile", COMPILE)
    box.put(f"{HEADERS}/Module.symvers", "0x1 printk")
    box.put(f"{HEADERS}/include/generated/autoconf.h", "#define CONFIG_SMP 1")
    box.packages({f"linux-headers-{KERNEL}": "6.12.95-1"})
    box.tool("gcc", {"--version": "gcc (Debian 14.2.0-19) 14.2.0\n"})
    box.tool("nproc", {"": "4\n"})
    box.tool("make", {"*": COMPILES})
    fresh(box)
    return box


def fresh(box: ShellSandbox, text: str = "int main;\n") -> None:
    """Lay the source out anew, as dkms does for each build."""
    shutil.rmtree(box.path(BUILD), ignore_errors=True)
    box.put(f"{BUILD}/dkms.conf", CONF)
    box.put(f"{BUILD}/nv.c", text)


def run(box: ShellSandbox, **env: str) -> Done:
    # dkms has the variables of a build in the environment, and a dkms.conf uses them.
    return box.run(COMPILE, KERNEL, by="bash", folder=BUILD, kernelver=KERNEL, **env)


def cached(box: ShellSandbox) -> list[str]:
    """Return the ends of the names in the cache."""
    return [re.sub(r".*/[0-9a-f]{64}", "", path) for path in box.files(CACHE)]


def test_the_modules_own_command_compiles_it(source: ShellSandbox) -> None:
    assert run(source).status == 0
    assert source.calls("make") == [f"make -j4 KERNEL_UNAME={KERNEL}"]
    assert source.has(f"{BUILD}/deep/nvidia.ko")
    assert cached(source) == [".tar.gz"]


def test_what_was_compiled_once_is_taken_from_the_cache(source: ShellSandbox) -> None:
    run(source)
    fresh(source)
    source.put(f"{BUILD}/make.log", "DKMS make.log of today")
    assert run(source).status == 0
    assert len(source.calls("make")) == 1
    assert source.read(f"{BUILD}/deep/nvidia.ko") == "machine code\n"


def other_source(box: ShellSandbox) -> None:
    fresh(box, "int other;\n")


def other_symbols(box: ShellSandbox) -> None:
    box.put(f"{HEADERS}/Module.symvers", "0x2 printk")


def other_options(box: ShellSandbox) -> None:
    box.put(f"{HEADERS}/include/generated/autoconf.h", "")


def other_headers(box: ShellSandbox) -> None:
    box.packages({f"linux-headers-{KERNEL}": "6.12.95-2"})


def other_compiler(box: ShellSandbox) -> None:
    box.tool("gcc", {"--version": "gcc (Debian 15.1.0-1) 15.1.0\n"})


@pytest.mark.parametrize(
    "change", [other_source, other_symbols, other_options, other_headers, other_compiler]
)
def test_what_differs_in_anything_is_compiled_anew(
    source: ShellSandbox, change: object
) -> None:
    run(source)
    fresh(source)
    assert callable(change)
    change(source)
    run(source)
    assert len(source.calls("make")) == 2
    assert cached(source) == [".tar.gz", ".tar.gz"]


def test_a_refusal_is_remembered_with_its_first_error(source: ShellSandbox) -> None:
    source.tool("make", {"*": REFUSES})
    assert run(source).status == 1
    assert cached(source) == [".refused"]
    fresh(source)
    again = run(source)
    assert (again.status, again.errors) == (1, "nv.c:7:9: error: too few\n")
    assert len(source.calls("make")) == 1


@pytest.mark.parametrize(
    "log",
    [
        "nv.c:7:9: fatal error: cannot write: No space left on device",
        "cc1: fatal error: Killed signal terminated program",
        "nv.c:1: error: Cannot allocate memory",
        "make: *** [Makefile:1] Error 1",
    ],
)
def test_a_failure_that_is_not_the_sources_is_not_remembered(
    source: ShellSandbox, log: str
) -> None:
    source.tool("make", {"*": Answer(does=f"echo '{log}' >make.log", status=2)})
    assert run(source).status == 1
    assert cached(source) == []


@pytest.mark.parametrize("again", [False, True])
def test_a_trial_ends_when_it_is_known_that_it_compiles(
    source: ShellSandbox, *, again: bool
) -> None:
    if again:
        run(source)
        fresh(source)
    assert run(source, DLBOX_TRIAL="/var/good").status == 1
    assert source.has("/var/good")
    assert source.has(f"{BUILD}/deep/nvidia.ko") != again
    assert cached(source) == [".tar.gz"]


def test_a_trial_that_fails_is_not_good(source: ShellSandbox) -> None:
    source.tool("make", {"*": REFUSES})
    assert run(source, DLBOX_TRIAL="/var/good").status == 1
    assert not source.has("/var/good")


def test_an_archive_that_was_cut_is_not_taken_for_a_module(source: ShellSandbox) -> None:
    half = 'cat >/dev/null; for last; do :; done; echo half >"$last"'
    source.tool("tar", {"*": Answer(does=half, status=2)})
    assert run(source).status == 2
    assert cached(source) == [".tar.gz.new"]
