"""Simulate what apt would do for the packages of a plan."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

from pyinfra.api import Host

from dlbox.host.apt_facts import InstalledPackages, Package, Simulation, WouldInstall
from dlbox.plan.plan import Plan
from dlbox.stack.catalog_loader import catalog
from dlbox.stack.model import Stack
from roles.nvidia_archive import manifest as archive
from roles.nvidia_archive.settings import NvidiaArchive
from roles.nvidia_driver import manifest
from roles.nvidia_driver.apt_sources import OWN, Sources, archives
from roles.nvidia_driver.secure_boot.decision import needs_signing
from roles.nvidia_driver.secure_boot.operations import SIGNING_TOOLS
from roles.nvidia_driver.settings import NvidiaDriver
from roles.nvidia_driver.transaction import stale_packages, upstream_version


def would_install(host: Host, plan: Plan) -> Simulation | None:
    """Return what apt would do for the driver and toolkits of a plan; None: nothing."""
    stack, settings = plan.stack, plan.settings[NvidiaDriver]
    wanted = {str(t.package): f"{t.release}." for t in stack.toolkits if t.package}
    found: dict[str, Package] = host.get_fact(InstalledPackages)
    left: list[str] = []
    if stack.driver:
        driver = manifest.wanted_packages(stack, stack.driver, desktop=settings.desktop)
        pin = stack.driver.pin
        same = {
            upstream_version(p.version) for p in found.values() if p.version.startswith(pin)
        }
        left = stale_packages(found, driver, {upstream_version(stack.driver.version), *same})
        wanted |= apt_request(stack, driver)
    if not wanted:
        return None
    found_by_apt: Simulation = host.get_fact(
        WouldInstall, files=apt_files(host, plan), wanted=wanted, unwanted=tuple(left)
    )
    return found_by_apt


def apt_request(stack: Stack, wanted: Mapping[str, str]) -> dict[str, str]:
    """Return package -> prefix of its version, as apt is asked for it with our pins in place.

    If both sources are present, the pins distinguish the distribution's driver from NVIDIA's,
    which a version may not.
    """
    driver = stack.driver
    if stack.repository is None or driver is None or driver.source != "distro":
        return dict(wanted)
    return {name: "" if version == driver.pin else version for name, version in wanted.items()}


def locked_request(plan: Plan) -> dict[str, str]:
    """Return package -> prefix of its version, for everything that a plan installs through apt."""
    signing = SIGNING_TOOLS if needs_signing(plan.box, plan.stack) else ()
    return apt_request(plan.stack, {**plan.manifest.packages, **dict.fromkeys(signing, "")})


def apt_files(host: Host, plan: Plan) -> dict[str, str]:
    """Return what dlbox would add to /etc/apt, as path below it -> text. Raises Refused."""
    row = catalog().systems[plan.stack.system]
    sources = archives(host.get_fact(Sources), row.codename, row.family)
    added = {OWN: manifest.components_source(sources)}
    repository = plan.stack.repository
    if repository:
        added[archive.SOURCE] = archive.source(repository, plan.settings[NvidiaArchive])
        added[archive.PINS] = archive.pins(plan.stack, repository)
    return {
        str(PurePosixPath(path).relative_to("/etc/apt")): text for path, text in added.items()
    }
