"""A driver that is taken away leaves nothing that was made from it."""

from __future__ import annotations

import pytest

from tests.support.shell import Answer, Done, ShellSandbox, program

REFRESHED = "/var/lib/dlbox/initramfs-refreshed"
FOUND = "/run/found"
ADOPT = f"look() {{ cat {FOUND}; }}\n{program('adopt')}"


@pytest.fixture
def taken(box: ShellSandbox) -> ShellSandbox:
    """A box with two kernels and a driver of NVIDIA's .run file."""
    box.put(FOUND, "foreign runfile /usr/lib/libcuda.so.1\n")
    box.put("/usr/lib/libcuda.so.1")
    box.put(REFRESHED)
    for kernel in ("6.1", "6.12"):
        box.folder(f"/lib/modules/{kernel}/kernel")
    moves = Answer(does=f'/bin/mv "$@"; : >{FOUND}')
    box.tool("mv", {"*": moves})
    box.tool("depmod", {"-a *": ""})
    box.tool("ldconfig", {"": ""})
    return box


def adopt(box: ShellSandbox) -> Done:
    return box.shell(ADOPT, "adopt", "runfile")


def test_what_was_made_from_a_driver_is_made_again(taken: ShellSandbox) -> None:
    assert adopt(taken).status == 0
    assert taken.calls("depmod", "ldconfig") == ["depmod -a 6.1", "depmod -a 6.12", "ldconfig"]
    assert not taken.has(REFRESHED)


def test_a_kernel_that_fails_keeps_nothing_else_from_being_made_again(
    taken: ShellSandbox,
) -> None:
    taken.tool("depmod", {"-a 6.1": Answer(status=1), "-a *": ""})
    done = adopt(taken)
    assert done.status == 1
    assert done.errors == "the driver was taken away, and this failed: depmod -a 6.1\n"
    assert taken.calls("depmod", "ldconfig") == ["depmod -a 6.1", "depmod -a 6.12", "ldconfig"]


def test_an_initramfs_is_made_again_though_the_run_was_cut(taken: ShellSandbox) -> None:
    taken.tool("mv", {"*": Answer(does="kill -9 $PPID")})
    adopt(taken)
    assert not taken.has(REFRESHED)
