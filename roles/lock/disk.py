"""The disk that a lock takes on a box."""

from __future__ import annotations

from collections.abc import Mapping

from roles.box.packages import Package
from roles.lock.exact import lacking
from roles.lock.model import Lock
from roles.stack.model import Stack

KIB = 1024
GB = 10**9


def need_gb(lock: Lock, stack: Stack, found: Mapping[str, Package], *, fresh: bool) -> float:
    """Return what is still to be taken, GB.

    Of packages to the byte of what their archive says: the file, which is kept, and what is in it.
    Of wheels what was measured on test boxes, as long as the box has none of them (``fresh``).
    """
    missing = lacking(lock, found)
    packages = sum(package.size + package.installed_kb * KIB for package in missing)
    return packages / GB + (stack.wheels_gb if fresh else 0)
