"""What apt must do to have one driver, whole, and nothing of another one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dlbox.host.apt_facts import AptCandidate, Package

# The packages by which a driver is known: its libcuda.so.1, its modules.
CORE_PACKAGES = re.compile(
    r"libcuda1|libnvidia-compute(-\d+)?|nvidia-(open-)?(kernel-)?(open-)?dkms.*"
)


SUPPORT = {
    "nvidia-kernel-support": "nvidia-open-kernel-dkms",
    "nvidia-open-kernel-support": "nvidia-kernel-dkms",
}
"""Debian's packages that make modprobe load a flavour -> the modules of the other one, beside which
they would go on naming modules that are gone. In NVIDIA's repository the first serves both flavours."""


@dataclass(frozen=True)
class DriverTransaction:
    """One order to apt."""

    install: Mapping[str, str]
    """Package -> its version, in full; "": whichever apt takes."""
    remove: tuple[str, ...]
    missing: tuple[str, ...]
    """What none of the right sources has, so that nothing can be done."""


def upstream_version(version: str) -> str:
    """Return the driver's own version: 580.178.04 of 580.178.04-1ubuntu1."""
    return version.rpartition("-")[0] or version


def stale_packages(
    found: Mapping[str, Package], wanted: Mapping[str, str], numbers: set[str]
) -> list[str]:
    """Return the installed packages of a driver that nobody wants.

    Those of other versions than ``numbers``, and of the other module flavour whatever its version.
    """
    others = _others(found, numbers)
    return sorted(
        name
        for name, package in found.items()
        if name not in wanted
        and (upstream_version(package.version) in others or _other_flavour(name, wanted))
    )


def _others(found: Mapping[str, Package], numbers: set[str]) -> set[str]:
    """Return the versions of the drivers that are installed, other than ``numbers``."""
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
    """Return the order for the wanted packages, from the right sources only.

    ``wanted``: package -> what its version begins with. ``repository``: a part of the address that
    tells NVIDIA's repository; None: the driver comes from anywhere but there. What an older driver
    left is moved along where the new one has it too, and else removed: with holds apt does not find
    that way by itself (seen from branch 580 to 595 and back).
    """
    right = [offer for offer in offered if _is_right(offer, repository)]
    pinned = {name: _newest(right, name, pin) for name, pin in wanted.items() if pin}
    missing = tuple(name for name, version in pinned.items() if not version)
    numbers = {
        upstream_version(version)
        for name, version in pinned.items()
        if CORE_PACKAGES.fullmatch(name)
    }
    others = _others(found, numbers)
    # What has numbers of its own is left as it is, unless it is another driver's.
    free = {
        name: _newest(right, name, "")
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
        for version in [_newest(right, name, tuple(f"{number}-" for number in numbers))]
        if version
    }
    gone = tuple(name for name in left if name not in moved)
    return DriverTransaction({**pinned, **free, **moved}, gone, missing)


def _newest(offered: Iterable[AptCandidate], name: str, begins: str | tuple[str, ...]) -> str:
    """Return the first of the versions, which apt lists newest first; "": there is none."""
    fit = (o.version for o in offered if o.name == name and o.version.startswith(begins))
    return next(fit, "")


def _is_right(offer: AptCandidate, repository: str | None) -> bool:
    theirs = NVIDIA.search(offer.source) is not None
    return repository in offer.source if repository else not theirs


NVIDIA = re.compile(r"/(debian|ubuntu)\d+/(x86_64|sbsa)")
"""What the address of NVIDIA's repository, or of a mirror of it, has and no other."""
