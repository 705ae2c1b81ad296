"""Put the guard in place, and let it mend what it finds."""

from __future__ import annotations

from collections.abc import Generator, Mapping

from pyinfra import host
from pyinfra.api import QuoteString, StringCommand, deploy, operation
from typing_extensions import override

from dlbox.fact_base import LinesFact
from dlbox.host.apt_facts import DpkgFaults
from dlbox.host.apt_transaction import STORE
from dlbox.host.files import ensure_files
from dlbox.plan.plan import Plan
from dlbox.plan.result import Result
from dlbox.stack.components import Driver
from dlbox.state.manifest import Manifest
from roles.nvidia_driver.kernels.programs import HOME, NOTICES, programs


class KernelFaults(LinesFact):
    """What the guard would mend; nothing in a box without a kernel of its own."""

    @override
    def command(self) -> str:
        return (
            f"if ls /boot/vmlinuz-* >/dev/null 2>&1 && command -v dkms >/dev/null && "
            f"[ -x {HOME}/kernel-guard ]; then {HOME}/kernel-guard look; fi"
        )


class Notices(LinesFact):
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
        ensure_files(
            name="Put the guard in place", wanted=Manifest(files=programs(plan.stack.driver))
        )
        unblock_dpkg(name="Leave out kernels that keep dpkg half done")


@operation()
def unblock_dpkg() -> Generator[StringCommand, None, None]:
    """Have no module that fails to compile in dpkg's way."""
    faults: list[str] = host.get_fact(DpkgFaults)
    if not any("nvidia" in line or "linux-" in line for line in faults):
        host.noop("nothing of the driver's or the kernel's is half done")
        return
    yield StringCommand(f"if command -v dkms >/dev/null; then {HOME}/try-modules all; fi")


@operation()
def ensure_kernel_modules() -> Generator[StringCommand, None, None]:
    """Have a module for every kernel that can have one, and none without one as the boot default."""
    if not host.get_fact(KernelFaults):
        host.noop("every kernel is looked after")
        return
    yield StringCommand(f"{HOME}/kernel-guard mend")


@operation()
def collect_notices(result: Result) -> Generator[StringCommand, None, None]:
    """Remember for the summary what the guard has to say."""
    said: list[str] = host.get_fact(Notices)
    result.notices = tuple(said)
    host.noop("only looked")
    yield from ()


def trial_build(
    driver: Driver, names: Mapping[str, str]
) -> Generator[StringCommand, None, None]:
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
