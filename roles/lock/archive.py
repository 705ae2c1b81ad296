"""What a lock says, and nothing else, as the one archive that apt knows on a box."""

from __future__ import annotations

import shlex
from collections.abc import Generator
from io import StringIO
from pathlib import Path
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

from roles.box.inventory import data
from roles.box.packages import InstalledPackages, Package
from roles.box.plan import Plan
from roles.box.settings import Box
from roles.lock.exact import lacking
from roles.lock.model import Lock, LockedPackage
from roles.lock.snapshots import in_snapshots

SCRIPT = Path(__file__).with_suffix(".sh").read_text(encoding="utf-8")
HOME = "/var/lib/dlbox/locked"
CONF = f"{HOME}/apt.conf"


def rows(lock: Lock, packages: list[LockedPackage], snapshot: str | None) -> str:
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


def only_locked(plan: Plan) -> None:
    """Have apt know nothing but what is locked, from here on; every byte is there before."""
    if plan.lock:
        brought(name="Bring the locked packages", plan=plan, lock=plan.lock)
        # Of everything that follows on this box: facts too.
        host.data._env = {"APT_CONFIG": CONF}  # noqa: SLF001 - pyinfra's own spelling


@operation()
def brought(plan: Plan, lock: Lock) -> Generator[Any, None, None]:
    """Have every locked package that is not installed lie in the box's store, whole."""
    found: dict[str, Package] = host.get_fact(InstalledPackages)
    known = {package.name for package in lock.packages}
    strange = [name for name in plan.owned.packages if name not in known and name not in found]
    if strange:
        yield _refusal(strange)
        return
    missing = lacking(lock, found)
    if not missing:
        host.noop("all of it is installed")
    box = Box.of(data(host))
    yield StringCommand("umask 022; mkdir -p", HOME)
    yield FileUploadCommand(StringIO(rows(lock, missing, box.snapshot)), f"{HOME}/wanted")
    run = f"sh -c {shlex.quote(SCRIPT)} archive {shlex.quote(box.bundle or '')} <{HOME}/wanted"
    yield StringCommand(run)
    yield FunctionCommand(_tell, [], {})


def _tell(state: State, host: Host) -> bool:
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
