"""Make an archive of the packages of a lock, and make it the only one that apt knows on a box."""

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

from dlbox.host.apt import APT_GET
from dlbox.host.apt_facts import InstalledPackages, Package
from dlbox.host.identity import set_environment
from dlbox.lockfile.disk_need import missing_packages
from dlbox.lockfile.model import Lock, LockedPackage, in_snapshots
from dlbox.plan.plan import Plan
from dlbox.shell import shell_text

SCRIPT = shell_text(__file__, "local-archive.sh")
HOME = "/var/lib/dlbox/locked"
CONF = f"{HOME}/apt.conf"


def archive_rows(lock: Lock, packages: list[LockedPackage], snapshot: str | None) -> str:
    """Return what local-archive.sh reads: a line ``SHA256 SIZE FILE ADDRESS...`` per package."""
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
    """Fetch the locked packages, and restrict apt to them from here on; do nothing without a lock.

    Every byte is on the box before apt is restricted.
    """
    if plan.lock:
        fetch_locked_packages(name="Fetch the locked packages", plan=plan, lock=plan.lock)
        # The environment applies to everything that follows on this box, facts included.
        set_environment(host, APT_CONFIG=CONF)


@operation()
def fetch_locked_packages(plan: Plan, lock: Lock) -> Generator[Any, None, None]:
    """Fetch into the box's store, and check, every locked package that is not installed.

    Fail if a role asks for a package that neither the lock nor the box has.
    """
    found: dict[str, Package] = host.get_fact(InstalledPackages)
    known = {package.apt_name for package in lock.packages}
    unknown = [
        name for name in plan.manifest.packages if name not in known and name not in found
    ]
    if unknown:
        yield _refusal(unknown)
        return
    missing = missing_packages(lock, found)
    if not missing:
        host.noop("every locked package is installed")
    box = plan.settings.host
    yield StringCommand("umask 022; mkdir -p", HOME)
    yield FileUploadCommand(
        StringIO(archive_rows(lock, missing, box.snapshot)), f"{HOME}/wanted"
    )
    run = f"sh -c {shlex.quote(SCRIPT)} archive {shlex.quote(box.bundle or '')} <{HOME}/wanted"
    yield StringCommand(run)
    yield FunctionCommand(_log_sources, [], {})


def _log_sources(state: State, host: Host) -> bool:
    """Log where the packages came from; pyinfra hides the output of a command that succeeds."""
    del state
    _, output = host.run_shell_command(f"cat {HOME}/said")
    for line in output.stdout_lines:
        host.log(line)
    return True


def _refusal(names: list[str]) -> StringCommand:
    text = (
        f"the lock was made on a box that had {', '.join(names)} before, and this one has not"
        " | ./dlbox lock --update on this one"
    )
    return StringCommand("echo", QuoteString(text), ">&2; exit 1")


# apt marks a package that is named on its command line as installed by a person, and a change of
# version takes its hold away.
MOVE = f"""
set -eu
names=$(printf '%s\\n' "$@" | cut -d = -f 1)
automatic=$(apt-mark showauto $names) held=$(apt-mark showhold $names)
{APT_GET} install --no-install-recommends --allow-downgrades --allow-change-held-packages "$@"
if [ -n "$automatic" ]; then apt-mark -q auto $automatic; fi
if [ -n "$held" ]; then apt-mark -q hold $held; fi
"""


def enforce_locked_versions(plan: Plan) -> None:
    """Install the packages that the lock names, but no role, at their locked versions too."""
    if plan.lock:
        install_locked_versions(name="Enforce the locked versions", plan=plan, lock=plan.lock)


@operation()
def install_locked_versions(plan: Plan, lock: Lock) -> Generator[StringCommand, None, None]:
    """Install every locked package at its version, except the driver's, which has its own way."""
    found: dict[str, Package] = host.get_fact(InstalledPackages)
    driver = plan.stack.driver
    pins = (driver.pin,) if driver else ()
    wrong = {
        package.apt_name: package.version
        for package in missing_packages(lock, found)
        if not package.version.startswith(pins)
    }
    if not wrong:
        host.noop("every package has its locked version")
        return
    yield StringCommand("sh -c", QuoteString(MOVE), "move", *_words(wrong))


def _words(versions: Mapping[str, str]) -> list[QuoteString]:
    return [QuoteString(f"{name}={version}") for name, version in sorted(versions.items())]
