"""Install the driver of a plan, or remove the one that settings no longer ask for."""

from __future__ import annotations

import shlex
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pyinfra import host
from pyinfra.api import FunctionCommand, QuoteString, StringCommand, operation
from typing_extensions import override

from dlbox.apply.prune import PURGE, orphans
from dlbox.fact_base import LinesFact
from dlbox.host import apt
from dlbox.host.apt import LEDGER, apt_transaction
from dlbox.host.apt_facts import AptCandidate, AptCandidates, InstalledPackages, Package
from dlbox.plan.plan import Plan
from dlbox.plan.result import Result
from dlbox.stack.components import Driver
from roles.nvidia_driver.boot_trial.operations import START_TRIAL, failed_trial, save_packages
from roles.nvidia_driver.in_use.apply_change import apply_change, change_blocker, defer_change
from roles.nvidia_driver.in_use.commands import RECORD, restore_services
from roles.nvidia_driver.in_use.policy import BusyPolicy
from roles.nvidia_driver.kernels.operations import (
    Commands,
    pull_module_cache,
    push_module_cache,
    trial_build,
)
from roles.nvidia_driver.kernels.programs import HOME
from roles.nvidia_driver.transaction import (
    CORE_PACKAGES,
    plan_transaction,
    stale_packages,
    upstream_version,
)

SOURCE = "/var/lib/dlbox/driver-source"


@dataclass(frozen=True)
class InstallOptions:
    """How a driver is installed on a box."""

    repository: str | None
    """As for ``plan_transaction``."""
    when: BusyPolicy | None
    """None: no driver can be loaded, because the box is a container."""
    cache: str | None
    """Folder on the controller with compiled modules."""
    kernels: tuple[str, ...]
    """The box's kernels."""


class LastRun(LinesFact):
    """The source of the driver installed last, distro or nvidia; a line ``cut`` if that run was killed."""

    @override
    def command(self) -> str:
        return f"cat {SOURCE} 2>/dev/null; if [ -e {RECORD} ]; then echo cut; fi"


@operation()
def install_driver(
    driver: Driver, wanted: Mapping[str, str], result: Result, options: InstallOptions
) -> Commands:
    """Install the driver's packages at one version from one source, and remove those of other drivers.

    ``wanted`` maps a package to the prefix of its version. Everything that may fail or take
    long is done before the installed driver is touched.
    """
    found: dict[str, Package] = host.get_fact(InstalledPackages)
    last: list[str] = host.get_fact(LastRun)
    if "cut" in last:
        yield restore_services()
    note = f"echo {driver.source} >{SOURCE}.new && mv {SOURCE}.new {SOURCE}"
    # Recorded whoever installed a part of it before: the driver is removed as a whole.
    ours = StringCommand(r"printf '%s\n'", *map(QuoteString, wanted), f">>{LEDGER}")
    if {*last} <= {driver.source, "cut"} and _is_installed(found, wanted):
        if driver.source in last:
            host.noop(f"{', '.join(wanted)} are installed")
        else:
            yield StringCommand(note)
        return
    if why := change_blocker(options.when) or failed_trial(driver):
        yield defer_change(result, why)
        return
    yield StringCommand(apt.REFRESH)
    names = tuple(dict.fromkeys((*wanted, *stale_packages(found, wanted, set()))))
    offered: list[AptCandidate] = host.get_fact(AptCandidates, names=names)
    order = plan_transaction(found, wanted, offered, options.repository)
    if order.missing:
        yield _missing_from_sources(order.missing, wanted, offered)
    transaction = apt_transaction(order.install, order.remove)
    yield StringCommand(transaction.simulate)
    yield ours
    yield StringCommand(transaction.download)
    if options.cache:
        yield from push_module_cache(Path(options.cache), driver.version, options.kernels)
    yield from trial_build(driver, order.install)
    if options.cache:
        yield from pull_module_cache(Path(options.cache), driver.version)
    yield save_packages(transaction)
    yield from apply_change(
        result,
        f"{transaction.install} && {note} && {START_TRIAL}",
        driver.libcuda,
        options.when,
    )


def _is_installed(found: Mapping[str, Package], wanted: Mapping[str, str]) -> bool:
    if apt.packages_to_change(found, wanted):
        return False
    numbers = {
        upstream_version(found[name].version)
        for name in wanted
        if CORE_PACKAGES.fullmatch(name)
    }
    return len(numbers) == 1 and not stale_packages(found, wanted, numbers)


def _missing_from_sources(
    missing: tuple[str, ...], wanted: Mapping[str, str], offered: list[AptCandidate]
) -> StringCommand:
    name = missing[0]
    known = ", ".join(dict.fromkeys(o.version for o in offered if o.name == name)) or "none"
    text = f"no source has {name} {wanted[name]}*; apt knows {known}; nothing was changed"
    return StringCommand("echo", QuoteString(text), ">&2; exit 1")


@operation()
def remove_driver(
    plan: Plan, result: Result, when: BusyPolicy | None
) -> Generator[StringCommand | FunctionCommand, None, None]:
    """Remove our driver; ``when`` is None where no driver can be loaded: in a container."""
    items = orphans(plan.box.recorded, plan.manifest.lines())
    names = [name for kind, name in items if kind == "package"]
    core = [name for name in names if CORE_PACKAGES.fullmatch(name)]
    if not core:
        host.noop("dlbox installed no driver")
        return
    if why := change_blocker(when):
        yield defer_change(result, why)
        return
    purge = f"sh -ec {shlex.quote(f'{PURGE}purge {shlex.join(names)}')}"
    # The guard lets the newest kernel boot again, and releases the one that it held.
    change = f"{purge} && {{ [ ! -x {HOME}/kernel-guard ] || {HOME}/kernel-guard mend; }}"
    yield from apply_change(result, change, next(n for n in core if "dkms" not in n), when)
