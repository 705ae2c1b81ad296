"""Put the guard in place, and let it mend what it finds."""

from __future__ import annotations

from collections.abc import Generator, Mapping

from pyinfra import host
from pyinfra.api import QuoteString, StringCommand, operation
from typing_extensions import override

from roles.box.answers import Lines
from roles.box.outcome import outcome
from roles.nvidia_driver.guard.programs import HOME, NOTICES
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
            "if ls /boot/vmlinuz-* >/dev/null 2>&1; then cd /var/cache/apt/archives &&",
            r"printf '%s\n'", *known, f"| {HOME}/try-modules package",
            *[QuoteString(deb) for deb in debs], "; fi",
        )  # fmt: skip
