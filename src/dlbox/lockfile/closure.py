"""The closure of a lock: the packages that apt would bring to a box."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dlbox.lockfile.model import LockedPackage, LockedRepository


@dataclass(frozen=True)
class Closure:
    """What a box gets through apt, counted from its state before dlbox came."""

    packages: tuple[LockedPackage, ...] = ()
    repositories: tuple[LockedRepository, ...] = ()
    compiler: str = ""
    """Package and version of the compiler of the kernel modules; empty: no modules are
    compiled."""
    modules: Mapping[str, str] = field(default_factory=dict)
    """MODULE-VERSION/KERNEL -> digest of what the newest module was compiled from."""
    error: str = ""
    """Reason why apt would fetch nothing; empty: there is none."""
