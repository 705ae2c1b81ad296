"""Bring a box to one driver in one apt transaction."""

from __future__ import annotations

from collections.abc import Generator, Mapping

from pyinfra import host
from pyinfra.api import QuoteString, StringCommand, operation
from typing_extensions import override

from roles.box import apt
from roles.box.answers import FirstLine
from roles.box.offered import Offer, Offered
from roles.box.packages import InstalledPackages, Package
from roles.nvidia_driver.transaction import HEART, stale, transaction, upstream

SOURCE = "/var/lib/dlbox/driver-source"


class DriverSource(FirstLine):
    """Whose driver was installed last: distro or nvidia; empty: not known."""

    @override
    def command(self) -> str:
        return f"cat {SOURCE} 2>/dev/null || true"


@operation()
def closure(
    wanted: Mapping[str, str], source: str, repository: str | None
) -> Generator[StringCommand, None, None]:
    """Have the driver's packages at one version of one source, and none of another driver.

    ``wanted`` maps a package to what its version begins with; ``repository`` as ``transaction``.
    """
    found: dict[str, Package] = host.get_fact(InstalledPackages)
    last: str = host.get_fact(DriverSource)
    if last in {"", source} and _stands(found, wanted):
        host.noop(f"{', '.join(wanted)} are installed")
        return
    yield StringCommand(apt.REFRESH)
    names = tuple(dict.fromkeys((*wanted, *stale(found, wanted, set()))))
    offered: list[Offer] = host.get_fact(Offered, names=names)
    order = transaction(found, wanted, offered, repository)
    if order.missing:
        yield _lacking(order.missing, wanted, offered)
    yield from apt.transaction(order.install, order.remove)
    yield StringCommand(f"echo {source} >{SOURCE}.new && mv {SOURCE}.new {SOURCE}")


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
