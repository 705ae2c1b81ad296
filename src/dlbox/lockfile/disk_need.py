"""The disk that a lock takes on a box."""

from __future__ import annotations

from collections.abc import Mapping

from dlbox.host.apt_facts import Package
from dlbox.lockfile.model import Lock, LockedPackage
from dlbox.stack.model import Stack

KIB = 1024
GB = 10**9


def missing_packages(lock: Lock, found: Mapping[str, Package]) -> list[LockedPackage]:
    """Return the locked packages that are not installed at just that version."""
    return [
        package
        for package in lock.packages
        if package.name not in found or found[package.name].version != package.version
    ]


def need_gb(lock: Lock, stack: Stack, found: Mapping[str, Package], *, fresh: bool) -> float:
    """Return what is still to be taken, GB.

    Of packages to the byte of what their archive says: the file, which is kept, and what is in it.
    Of wheels what was measured on test boxes, as long as the box has none of them (``fresh``).
    """
    missing = missing_packages(lock, found)
    packages = sum(package.size + package.installed_kb * KIB for package in missing)
    return packages / GB + (stack.wheels_gb if fresh else 0)
