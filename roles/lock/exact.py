"""Every locked package at just its version."""

from __future__ import annotations

from collections.abc import Generator, Mapping

from pyinfra import host
from pyinfra.api import QuoteString, StringCommand, operation

from roles.box.order import APT_GET
from roles.box.packages import InstalledPackages, Package
from roles.box.plan import Plan
from roles.lock.model import Lock, LockedPackage

# Asked for by name a package would count as asked for by a person, and no longer as held.
MOVE = f"""
set -eu
names=$(printf '%s\\n' "$@" | cut -d = -f 1)
automatic=$(apt-mark showauto $names) held=$(apt-mark showhold $names)
{APT_GET} install --no-install-recommends --allow-downgrades --allow-change-held-packages "$@"
if [ -n "$automatic" ]; then apt-mark -q auto $automatic; fi
if [ -n "$held" ]; then apt-mark -q hold $held; fi
"""


def lacking(lock: Lock, found: Mapping[str, Package]) -> list[LockedPackage]:
    """Return the locked packages that are not installed at just that version."""
    return [
        package
        for package in lock.packages
        if package.name not in found or found[package.name].version != package.version
    ]


def as_locked(plan: Plan) -> None:
    """Have what no role asks for by name, and the lock says, at its version too."""
    if plan.lock:
        exact(name="Have every package as locked", plan=plan, lock=plan.lock)


@operation()
def exact(plan: Plan, lock: Lock) -> Generator[StringCommand, None, None]:
    """Have every locked package at its version, but the driver's, which has a way of its own."""
    found: dict[str, Package] = host.get_fact(InstalledPackages)
    driver = plan.stack.driver
    pins = (driver.pin,) if driver else ()
    wrong = {
        package.name: package.version
        for package in lacking(lock, found)
        if not package.version.startswith(pins)
    }
    if not wrong:
        host.noop("every package is as locked")
        return
    yield StringCommand("sh -c", QuoteString(MOVE), "move", *_words(wrong))


def _words(versions: Mapping[str, str]) -> list[QuoteString]:
    return [QuoteString(f"{name}={version}") for name, version in sorted(versions.items())]
