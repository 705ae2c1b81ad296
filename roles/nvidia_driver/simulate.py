"""What apt would do for the packages of a plan."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

from pyinfra import host

from roles.box.inventory import data
from roles.box.outcome import outcome
from roles.box.packages import InstalledPackages, Package
from roles.box.plan import Plan
from roles.box.simulation import WouldInstall
from roles.nvidia_archive import content as archive
from roles.nvidia_archive.settings import NvidiaArchive
from roles.nvidia_driver import content
from roles.nvidia_driver.settings import NvidiaDriver
from roles.nvidia_driver.sources import OWN, Sources, archives
from roles.nvidia_driver.transaction import stale, upstream
from roles.stack.model import Stack
from roles.stack.tables import catalog


def would_install(name: str, plan: Plan) -> None:
    """Note in the box's outcome what apt would do for its driver and toolkits."""
    stack, settings = plan.stack, NvidiaDriver.of(data(host))
    wanted = {str(t.package): f"{t.release}." for t in stack.toolkits if t.package}
    found: dict[str, Package] = host.get_fact(InstalledPackages)
    left: list[str] = []
    if stack.driver:
        driver = content.wanted_packages(stack, stack.driver, desktop=settings.desktop)
        pin = stack.driver.pin
        same = {upstream(p.version) for p in found.values() if p.version.startswith(pin)}
        left = stale(found, driver, {upstream(stack.driver.version), *same})
        wanted |= asked(stack, driver)
    if not wanted:
        return
    outcome(name).apt = host.get_fact(
        WouldInstall, files=files(plan), wanted=wanted, unwanted=tuple(left)
    )


def asked(stack: Stack, wanted: Mapping[str, str]) -> dict[str, str]:
    """Return package -> what its version begins with, as apt is asked for it beside our pins.

    With both sources they tell the distribution's driver from NVIDIA's, which a version may not.
    """
    driver = stack.driver
    if stack.repository is None or driver is None or driver.source != "distro":
        return dict(wanted)
    return {name: "" if version == driver.pin else version for name, version in wanted.items()}


def files(plan: Plan) -> dict[str, str]:
    """Return what dlbox would add to /etc/apt: path below it -> text. Raises Refused."""
    row = catalog().systems[plan.stack.system]
    sources = archives(host.get_fact(Sources), row.codename, row.family)
    added = {OWN: content.nonfree(sources)}
    repository = plan.stack.repository
    if repository:
        added[archive.SOURCE] = archive.source(repository, NvidiaArchive.of(data(host)))
        added[archive.PINS] = archive.pins(plan.stack, repository)
    return {
        str(PurePosixPath(path).relative_to("/etc/apt")): text for path, text in added.items()
    }
