"""What apt would bring to a box: the packages of its lock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dlbox.lockfile.model import LockedPackage, LockedRepository


@dataclass(frozen=True)
class Closure:
    """What a box gets through apt, counted from what it was before dlbox came."""

    packages: tuple[LockedPackage, ...] = ()
    repositories: tuple[LockedRepository, ...] = ()
    compiler: str = ""
    """What the kernels' modules are compiled with: package and version; empty: none are."""
    modules: Mapping[str, str] = field(default_factory=dict)
    """MODULE-VERSION/KERNEL -> digest of what the newest was compiled from."""
    error: str = ""
    """Why apt would fetch nothing."""
