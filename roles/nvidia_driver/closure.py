"""Bring a box to one driver in one apt transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pyinfra import host
from pyinfra.api import QuoteString, StringCommand, operation
from typing_extensions import override

from roles.box import apt
from roles.box.answers import Lines
from roles.box.offered import Offer, Offered
from roles.box.order import LEDGER, order
from roles.box.packages import InstalledPackages, Package
from roles.nvidia_driver.busy.change import again
from roles.nvidia_driver.busy.services import RECORD
from roles.nvidia_driver.busy.settings import Busy
from roles.nvidia_driver.change import carried_out, in_the_way, stay
from roles.nvidia_driver.fallback.act import BEGIN, failed, keep
from roles.nvidia_driver.guard.act import tried
from roles.nvidia_driver.guard.share import Commands, given, taken
from roles.nvidia_driver.transaction import HEART, stale, transaction, upstream
from roles.stack.parts import Driver

SOURCE = "/var/lib/dlbox/driver-source"


@dataclass(frozen=True)
class Way:
    """How a driver comes to a box."""

    repository: str | None
    """As ``transaction`` takes it."""
    when: Busy | None
    """None: no driver can be loaded, since the box is a container."""
    cache: str | None
    """Folder of the controller with compiled modules."""
    kernels: tuple[str, ...]
    """Those of the box."""


class LastRun(Lines):
    """Whose driver was installed last, distro or nvidia; a line ``cut``: the run was killed."""

    @override
    def command(self) -> str:
        return f"cat {SOURCE} 2>/dev/null; if [ -e {RECORD} ]; then echo cut; fi"


@operation()
def closure(driver: Driver, wanted: Mapping[str, str], way: Way) -> Commands:
    """Have the driver's packages at one version of one source, and none of another driver.

    ``wanted`` maps a package to what its version begins with.
    Everything that may fail, or take long, is done before the driver that stands is touched.
    """
    found: dict[str, Package] = host.get_fact(InstalledPackages)
    last: list[str] = host.get_fact(LastRun)
    if "cut" in last:
        yield again()
    note = f"echo {driver.source} >{SOURCE}.new && mv {SOURCE}.new {SOURCE}"
    # Whoever brought a part of it before: the driver is one whole, and goes as one.
    ours = StringCommand(r"printf '%s\n'", *map(QuoteString, wanted), f">>{LEDGER}")
    if {*last} <= {driver.source, "cut"} and _stands(found, wanted):
        if driver.source in last:
            host.noop(f"{', '.join(wanted)} are installed")
        else:
            yield StringCommand(note)
        return
    if why := in_the_way(way.when) or failed(driver):
        yield stay(why)
        return
    yield StringCommand(apt.REFRESH)
    names = tuple(dict.fromkeys((*wanted, *stale(found, wanted, set()))))
    offered: list[Offer] = host.get_fact(Offered, names=names)
    todo = transaction(found, wanted, offered, way.repository)
    if todo.missing:
        yield _lacking(todo.missing, wanted, offered)
    asked = order(todo.install, todo.remove)
    yield StringCommand(asked.simulate)
    yield ours
    yield StringCommand(asked.download)
    if way.cache:
        yield from given(Path(way.cache), driver.version, way.kernels)
    yield from tried(driver, todo.install)
    if way.cache:
        yield from taken(Path(way.cache), driver.version)
    yield keep(asked)
    yield from carried_out(f"{asked.install} && {note} && {BEGIN}", driver.libcuda, way.when)


def _stands(found: Mapping[str, Package], wanted: Mapping[str, str]) -> bool:
    if apt.lacking(found, wanted):
        return False
    numbers = {upstream(found[name].version) for name in wanted if HEART.fullmatch(name)}
    return len(numbers) == 1 and not stale(found, wanted, numbers)


def _lacking(
    missing: tuple[str, ...], wanted: Mapping[str, str], offered: list[Offer]
) -> StringCommand:
    name = missing[0]
    there = (
        ", ".join(dict.fromkeys(o.version for o in offered if o.name == name)) or "none at all"
    )
    text = f"no source has {name} {wanted[name]}*; apt knows {there}; nothing was changed"
    return StringCommand("echo", QuoteString(text), ">&2; exit 1")
