"""Save the driver before a change, put the next boot on trial, and read the outcome."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass

from pyinfra import host
from pyinfra.api import FactBase, StringCommand, operation
from typing_extensions import override

from dlbox.fact_base import FirstLineFact
from dlbox.host.apt import AptTransaction
from dlbox.stack.components import Driver
from roles.nvidia_driver.in_use.apply_change import STAGED
from roles.nvidia_driver.kernels.programs import HOME

START_TRIAL = f"{HOME}/fallback begin"
"""Shell code that puts the next boot on trial."""
PREVIOUS = "/var/lib/dlbox/driver-previous"
FALLBACK_RECORD = "/var/lib/dlbox/driver-returned"


@dataclass(frozen=True)
class Fallback:
    """A driver that failed its first boot."""

    failed: str
    """The package of its modules, and its version."""
    restored: str
    """The same of the driver that the box returned to; empty: it could not return."""
    reason: str


class LastFallback(FactBase[Fallback | None]):
    """The driver that failed its first boot, until another one is installed."""

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
    """``untried`` if the driver was changed and no boot trial has been started for it.

    A staged change has not been made yet.
    """

    @override
    def command(self) -> str:
        return (
            f"if [ -d {PREVIOUS} ] && ! [ -e {PREVIOUS}/closed ] && "
            f"! [ -e /var/lib/dlbox/boot-trial ] && ! [ -d {STAGED} ]; then echo untried; fi"
        )


def failed_trial(driver: Driver) -> str:
    """Return why this driver is not tried again: it failed its first boot here; empty: it did not."""
    fallback: Fallback | None = host.get_fact(LastFallback)
    package, _, version = fallback.failed.partition(" ") if fallback else ("", "", "")
    if fallback is None or package != driver.module or not version.startswith(driver.pin):
        return ""
    return (
        f"driver {version} did not stand its first boot here ({fallback.reason}); take another"
        f" nvidia_driver_version, or try it again after {HOME}/fallback forget"
    )


def save_packages(order: AptTransaction) -> StringCommand:
    """Return the command that saves the packages an apt transaction will change; run it just before."""
    return StringCommand(f"{HOME}/fallback keep {order.words}")


@operation()
def start_boot_trial() -> Generator[StringCommand, None, None]:
    """Put the next boot on trial if the driver was changed.

    The state of the box decides: the next run catches up after a run that was cut off following
    the change.
    """
    if not host.get_fact(UntestedDriver):
        host.noop("no change of the driver waits for its first boot")
        return
    yield StringCommand(START_TRIAL)
