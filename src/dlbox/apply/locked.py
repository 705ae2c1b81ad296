"""What a lock says, and nothing else, as the one archive that apt knows on a box."""

from __future__ import annotations

import shlex
from collections.abc import Generator, Mapping
from io import StringIO
from typing import Any

from pyinfra import host
from pyinfra.api import (
    FileUploadCommand,
    FunctionCommand,
    Host,
    QuoteString,
    State,
    StringCommand,
    operation,
)

from dlbox.host.apt_facts import InstalledPackages, Package
from dlbox.host.apt_transaction import APT_GET
from dlbox.lockfile.disk_need import missing_packages
from dlbox.lockfile.model import Lock, LockedPackage
from dlbox.lockfile.snapshots import in_snapshots
from dlbox.plan.plan import Plan
from dlbox.shell import shell_text

SCRIPT = shell_text(__file__, "local-archive.sh")
HOME = "/var/lib/dlbox/locked"
CONF = f"{HOME}/apt.conf"


def archive_rows(lock: Lock, packages: list[LockedPackage], snapshot: str | None) -> str:
    """Return what archive.sh reads: a line per package."""
    roots = [repository.uri for repository in lock.repositories]
    return "".join(
        " ".join((p.sha256, str(p.size), p.file, *_addresses(p, roots, lock.day, snapshot)))
        + "\n"
        for p in packages
    )


def _addresses(
    package: LockedPackage, roots: list[str], day: str, snapshot: str | None
) -> tuple[str, ...]:
    more = in_snapshots(package.uri, roots, day, snapshot) if snapshot else ()
    return (package.uri, *more)


def restrict_apt_to_lock(plan: Plan) -> None:
    """Have apt know nothing but what is locked, from here on; every byte is there before."""
    if plan.lock:
        fetch_locked_packages(name="Bring the locked packages", plan=plan, lock=plan.lock)
        # Of everything that follows on this box: facts too.
        host.data._env = {"APT_CONFIG": CONF}  # noqa: SLF001 - pyinfra's own spelling


@operation()
def fetch_locked_packages(plan: Plan, lock: Lock) -> Generator[Any, None, None]:
    """Have every locked package that is not installed lie in the box's store, whole."""
    found: dict[str, Package] = host.get_fact(InstalledPackages)
    known = {package.name for package in lock.packages}
    strange = [
        name for name in plan.manifest.packages if name not in known and name not in found
    ]
    if strange:
        yield _refusal(strange)
        return
    missing = missing_packages(lock, found)
    if not missing:
        host.noop("all of it is installed")
    box = plan.settings.host
    yield StringCommand("umask 022; mkdir -p", HOME)
    yield FileUploadCommand(
        StringIO(archive_rows(lock, missing, box.snapshot)), f"{HOME}/wanted"
    )
    run = f"sh -c {shlex.quote(SCRIPT)} archive {shlex.quote(box.bundle or '')} <{HOME}/wanted"
    yield StringCommand(run)
    yield FunctionCommand(_log_sources, [], {})


def _log_sources(state: State, host: Host) -> bool:
    """Say where the packages came from, which pyinfra keeps to itself where all went well."""
    del state
    _, said = host.run_shell_command(f"cat {HOME}/said")
    for line in said.stdout_lines:
        host.log(line)
    return True


def _refusal(names: list[str]) -> StringCommand:
    text = (
        f"the lock was made on a box that had {', '.join(names)} before, and this one has not; "
        "./dlbox lock --update on this one"
    )
    return StringCommand("echo", QuoteString(text), ">&2; exit 1")


# Asked for by name a package would count as asked for by a person, and no longer as held.
MOVE = f"""
set -eu
names=$(printf '%s\\n' "$@" | cut -d = -f 1)
automatic=$(apt-mark showauto $names) held=$(apt-mark showhold $names)
{APT_GET} install --no-install-recommends --allow-downgrades --allow-change-held-packages "$@"
if [ -n "$automatic" ]; then apt-mark -q auto $automatic; fi
if [ -n "$held" ]; then apt-mark -q hold $held; fi
"""


def enforce_locked_versions(plan: Plan) -> None:
    """Have what no role asks for by name, and the lock says, at its version too."""
    if plan.lock:
        install_locked_versions(name="Have every package as locked", plan=plan, lock=plan.lock)


@operation()
def install_locked_versions(plan: Plan, lock: Lock) -> Generator[StringCommand, None, None]:
    """Have every locked package at its version, but the driver's, which has a way of its own."""
    found: dict[str, Package] = host.get_fact(InstalledPackages)
    driver = plan.stack.driver
    pins = (driver.pin,) if driver else ()
    wrong = {
        package.name: package.version
        for package in missing_packages(lock, found)
        if not package.version.startswith(pins)
    }
    if not wrong:
        host.noop("every package is as locked")
        return
    yield StringCommand("sh -c", QuoteString(MOVE), "move", *_words(wrong))


def _words(versions: Mapping[str, str]) -> list[QuoteString]:
    return [QuoteString(f"{name}={version}") for name, version in sorted(versions.items())]
