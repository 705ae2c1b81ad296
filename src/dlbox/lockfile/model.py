"""What a lock says."""

from __future__ import annotations

from typing import Any

from dlbox.stack.catalog_schema import Row

FORMAT = 1
"""Counts the ways in which locks have been written."""


class LockedPackage(Row):
    """A package of Debian's kind, as apt got it."""

    name: str
    version: str
    architecture: str
    size: int
    """Bytes."""
    installed_kb: int = 0
    """KiB that it takes once it is unpacked, as its maintainer says."""
    sha256: str
    uri: str
    """Where it was on the day of the lock."""

    @property
    def file(self) -> str:
        """Its name in apt's archives, where an epoch's colon is written %3a."""
        return f"{self.name}_{self.version.replace(':', '%3a')}_{self.architecture}.deb"


class LockedWheel(Row):
    """A wheel of Python."""

    name: str
    version: str
    file: str
    size: int
    """Bytes."""
    sha256: str


class LockedRepository(Row):
    """An apt repository that packages come from."""

    uri: str
    """What the addresses of its packages begin with."""
    key: str
    """Fingerprint of the key that signed it on the day of the lock."""


class Lock(Row):
    """All of it. Boxes of one lock have the same system, cards and knobs."""

    format: int
    digest: str
    """SHA-256 of all the rest: tells a lock that was edited by hand."""
    tool: str
    """Version of dlbox."""
    catalog: str
    """Digest of the catalogue that the stack was chosen from."""
    day: str
    """On which it was made, YYYY-MM-DD."""
    system: str
    cards: tuple[str, ...]
    """PCI ids, one per card."""
    knobs: dict[str, Any]
    """Every knob that was set."""
    stack: dict[str, Any]
    """The solved stack."""
    kernels: tuple[str, ...]
    compiler: str
    """The package that the kernel's modules are compiled with, and its version; empty: none are."""
    modules: dict[str, str]
    """MODULE-VERSION/KERNEL -> digest of what it was compiled from."""
    repositories: tuple[LockedRepository, ...]
    packages: tuple[LockedPackage, ...]
    wheels: tuple[LockedWheel, ...]

    @property
    def versions(self) -> dict[str, str]:
        """Package -> its version."""
        return {package.name: package.version for package in self.packages}
