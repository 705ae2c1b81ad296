"""Keep the driver before a change, put the next boot on trial, and ask what came of it."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass

from pyinfra import host
from pyinfra.api import FactBase, StringCommand, operation
from typing_extensions import override

from dlbox.fact_base import FirstLineFact
from dlbox.host.apt_transaction import AptTransaction
from dlbox.stack.components import Driver
from roles.nvidia_driver.apply_change import STAGED
from roles.nvidia_driver.kernels.programs import HOME

START_TRIAL = f"{HOME}/fallback begin"
"""Shell that puts the next boot on trial."""
PREVIOUS = "/var/lib/dlbox/driver-previous"
FALLBACK_RECORD = "/var/lib/dlbox/driver-returned"


@dataclass(frozen=True)
class Fallback:
    """A driver that did not stand its first boot."""

    failed: str
    """Package of its modules, and its version."""
    restored: str
    """That of the driver the box went back to; empty: there was no way back."""
    reason: str


class LastFallback(FactBase[Fallback | None]):
    """The driver that did not stand its first boot, until another one is installed."""

    @override
    def command(self) -> str:
        return f"cat {FALLBACK_RECORD} 2>/dev/null || true"

    @staticmethod
    @override
    def default() -> None:
        return None

    @override
    def process(self, output: Iterable[str]) -> Fallback | None:
        word = {key: value.strip() for key, _, value in (li.partition(" ") for li in output)}
        return Fallback(word["failed"], word["restored"], word["reason"]) if word else None


class UntestedDriver(FirstLineFact):
    """``untried`` when the driver was changed and no boot is on trial for it yet.

    A change that is staged has not been made yet.
    """

    @override
    def command(self) -> str:
        return (
            f"if [ -d {PREVIOUS} ] && ! [ -e {PREVIOUS}/closed ] && "
            f"! [ -e /var/lib/dlbox/boot-trial ] && ! [ -d {STAGED} ]; then echo untried; fi"
        )


def failed_trial(driver: Driver) -> str:
    """Return why this driver is not tried again: it did not stand its first boot here."""
    back: Fallback | None = host.get_fact(LastFallback)
    package, _, version = back.failed.partition(" ") if back else ("", "", "")
    if back is None or package != driver.module or not version.startswith(driver.pin):
        return ""
    return (
        f"driver {version} did not stand its first boot here ({back.reason}); take another"
        f" nvidia_driver_version, or try it again after {HOME}/fallback forget"
    )


def save_packages(order: AptTransaction) -> StringCommand:
    """Keep the packages that an order to apt will move or remove; right before it is carried out."""
    return StringCommand(f"{HOME}/fallback keep {order.words}")


@operation()
def start_boot_trial() -> Generator[StringCommand, None, None]:
    """Have the next boot on trial when the driver was changed.

    State decides: a run that was cut after the change is made up for by the next.
    """
    if not host.get_fact(UntestedDriver):
        host.noop("no change of the driver waits for its first boot")
        return
    yield StringCommand(START_TRIAL)
