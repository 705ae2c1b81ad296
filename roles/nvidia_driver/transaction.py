"""Compute the apt transaction that leaves one complete driver and nothing of another one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dlbox.host.apt_facts import AptCandidate, Package

# The packages that identify a driver: its libcuda.so.1 and its modules.
CORE_PACKAGES = re.compile(
    r"libcuda1|libnvidia-compute(-\d+)?|nvidia-(open-)?(kernel-)?(open-)?dkms.*"
)


SUPPORT = {
    "nvidia-kernel-support": "nvidia-open-kernel-dkms",
    "nvidia-open-kernel-support": "nvidia-kernel-dkms",
}
"""Debian's packages that make modprobe load a flavour -> the modules of the other flavour.
Beside those they would keep naming modules that are gone. In NVIDIA's repository the first
package serves both flavours."""


@dataclass(frozen=True)
class DriverTransaction:
    """One transaction for apt."""

    install: Mapping[str, str]
    """Package -> its full version; "": the version that apt chooses."""
    remove: tuple[str, ...]
    missing: tuple[str, ...]
    """Packages that no eligible source has, so that nothing can be done."""


def upstream_version(version: str) -> str:
    """Return the driver's own version: 580.178.04 for 580.178.04-1ubuntu1."""
    return version.rpartition("-")[0] or version


def stale_packages(
    found: Mapping[str, Package], wanted: Mapping[str, str], numbers: set[str]
) -> list[str]:
    """Return the installed packages of a driver that are not wanted.

    They have another version than ``numbers``, or belong to the other module flavour in any
    version.
    """
    others = _other_versions(found, numbers)
    return sorted(
        name
        for name, package in found.items()
        if name not in wanted
        and (upstream_version(package.version) in others or _other_flavour(name, wanted))
    )


def _other_versions(found: Mapping[str, Package], numbers: set[str]) -> set[str]:
    """Return the versions of the installed drivers, except ``numbers``."""
    return {
        upstream_version(p.version)
        for name, p in found.items()
        if CORE_PACKAGES.fullmatch(name)
    } - numbers


def _other_flavour(name: str, wanted: Iterable[str]) -> bool:
    modules = [package for package in wanted if "dkms" in package]
    if name in SUPPORT:
        return SUPPORT[name] in modules
    is_module = re.fullmatch(r"nvidia-.*(dkms|kernel-source|-open).*", name) is not None
    return is_module and any(("open" in name) != ("open" in module) for module in modules)


def plan_transaction(
    found: Mapping[str, Package],
    wanted: Mapping[str, str],
    offered: Iterable[AptCandidate],
    repository: str | None,
) -> DriverTransaction:
    """Return the transaction for the wanted packages, from eligible sources only.

    ``wanted`` maps a package to the prefix of its version. ``repository`` is the part of the
    address that identifies NVIDIA's repository; None: the driver comes from anywhere else.
    Packages left from an older driver are moved to the new version if it has them, and removed
    otherwise: with holds apt does not find that solution by itself (seen from branch 580 to 595
    and back).
    """
    eligible = [offer for offer in offered if _is_eligible(offer, repository)]
    pinned = {name: _newest(eligible, name, pin) for name, pin in wanted.items() if pin}
    missing = tuple(name for name, version in pinned.items() if not version)
    numbers = {
        upstream_version(version)
        for name, version in pinned.items()
        if CORE_PACKAGES.fullmatch(name)
    }
    others = _other_versions(found, numbers)
    # Packages with their own version numbers stay as they are, unless they are another driver's.
    free = {
        name: _newest(eligible, name, "")
        if name in found and upstream_version(found[name].version) in others
        else ""
        for name, pin in wanted.items()
        if not pin
    }
    left = stale_packages(found, wanted, numbers)
    moved = {
        name: version
        for name in left
        if not _other_flavour(name, wanted)
        for version in [_newest(eligible, name, tuple(f"{number}-" for number in numbers))]
        if version
    }
    removed = tuple(name for name in left if name not in moved)
    return DriverTransaction({**pinned, **free, **moved}, removed, missing)


def _newest(offered: Iterable[AptCandidate], name: str, begins: str | tuple[str, ...]) -> str:
    """Return the first matching version, as apt lists the newest first; "": there is none."""
    fit = (o.version for o in offered if o.name == name and o.version.startswith(begins))
    return next(fit, "")


def _is_eligible(offer: AptCandidate, repository: str | None) -> bool:
    theirs = NVIDIA.search(offer.source) is not None
    return repository in offer.source if repository else not theirs


NVIDIA = re.compile(r"/(debian|ubuntu)\d+/(x86_64|sbsa)")
"""The part that only the address of NVIDIA's repository, or of a mirror of it, contains."""
