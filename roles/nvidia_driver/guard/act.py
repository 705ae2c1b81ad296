"""Put the guard in place, and let it mend what it finds."""

from __future__ import annotations

from collections.abc import Generator, Mapping

from pyinfra import host
from pyinfra.api import QuoteString, StringCommand, deploy, operation
from typing_extensions import override

from roles.box.answers import Lines
from roles.box.order import STORE
from roles.box.outcome import outcome
from roles.box.owned import Owned
from roles.box.packages import DpkgFaults
from roles.box.placed import placed
from roles.box.plan import Plan
from roles.nvidia_driver.guard.programs import HOME, NOTICES, programs
from roles.stack.parts import Driver


class Faults(Lines):
    """What the guard would mend; nothing in a box without a kernel of its own."""

    @override
    def command(self) -> str:
        return (
            f"if ls /boot/vmlinuz-* >/dev/null 2>&1 && command -v dkms >/dev/null && "
            f"[ -x {HOME}/kernel-guard ]; then {HOME}/kernel-guard look; fi"
        )


class Notices(Lines):
    """What the guard has to say to the owner of the box."""

    @override
    def command(self) -> str:
        return f"cat {NOTICES}/* 2>/dev/null || true"


@deploy("Kernel guard")
def kernel_guard(plan: Plan) -> None:
    """Bring the guard to a box with kernels of its own, before apt is asked for anything.

    Where a kernel's module did not compile, dpkg is half done, and stays so until that kernel is
    left out: no other package can be installed before.
    """
    if plan.stack.driver:
        placed(name="Put the guard in place", wanted=Owned(files=programs(plan.stack.driver)))
        freed(name="Leave out kernels that keep dpkg half done")


@operation()
def freed() -> Generator[StringCommand, None, None]:
    """Have no module that fails to compile in dpkg's way."""
    faults: list[str] = host.get_fact(DpkgFaults)
    if not any("nvidia" in line or "linux-" in line for line in faults):
        host.noop("nothing of the driver's or the kernel's is half done")
        return
    yield StringCommand(f"if command -v dkms >/dev/null; then {HOME}/try-modules all; fi")


@operation()
def guarded() -> Generator[StringCommand, None, None]:
    """Have a module for every kernel that can have one, and none without one as the boot default."""
    if not host.get_fact(Faults):
        host.noop("every kernel is looked after")
        return
    yield StringCommand(f"{HOME}/kernel-guard mend")


@operation()
def noted(box: str) -> Generator[StringCommand, None, None]:
    """Remember for the summary what the guard has to say."""
    said: list[str] = host.get_fact(Notices)
    outcome(box).notices = tuple(said)
    host.noop("only looked")
    yield from ()


def tried(driver: Driver, names: Mapping[str, str]) -> Generator[StringCommand, None, None]:
    """Yield what finds out, before dpkg has a driver, which kernels its modules compile on.

    ``names``: the packages of the transaction with their versions, which apt has downloaded. What
    the catalogue knows of a kernel is not tried again: to be refused takes a minute.
    """
    sources = [name for name in names if "dkms" in name or "kernel-source" in name]
    # In the names of apt's files an epoch's colon is written %3a.
    debs = [
        f"{name}_{names[name].replace(':', '%3a')}_{arch}.deb"
        for name in sources
        for arch in ("amd64", "all")
    ]
    known = [QuoteString(f"{fault.kernel} {fault.error}") for fault in driver.fails_on]
    if debs:
        yield StringCommand(
            "if ls /boot/vmlinuz-* >/dev/null 2>&1; then cd", STORE, "&&",
            r"printf '%s\n'", *known, f"| {HOME}/try-modules package",
            *[QuoteString(deb) for deb in debs], "; fi",
        )  # fmt: skip
