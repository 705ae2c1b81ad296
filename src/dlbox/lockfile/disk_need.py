"""Disk that a lock needs on a box."""

from __future__ import annotations

from collections.abc import Mapping

from dlbox.host.apt_facts import Package
from dlbox.lockfile.model import Lock, LockedPackage
from dlbox.stack.model import Stack

KIB = 1024
GB = 10**9


def missing_packages(lock: Lock, found: Mapping[str, Package]) -> list[LockedPackage]:
    """Return the locked packages that are not installed at exactly the locked version."""
    return [
        package
        for package in lock.packages
        if package.apt_name not in found or found[package.apt_name].version != package.version
    ]


def need_gb(lock: Lock, stack: Stack, found: Mapping[str, Package], *, fresh: bool) -> float:
    """Return the disk (GB) that the lock still needs on a box.

    Packages count to the byte by what their archive says: the file, which is kept, and its
    contents. Wheels count as measured on test boxes, if the box has none of them yet
    (``fresh``).
    """
    missing = missing_packages(lock, found)
    packages = sum(package.size + package.installed_kb * KIB for package in missing)
    return packages / GB + (stack.wheels_gb if fresh else 0)
