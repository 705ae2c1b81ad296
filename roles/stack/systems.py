"""Rows of the catalogue about systems: what their own archives and NVIDIA's have for them."""

from __future__ import annotations

from datetime import date
from typing import Literal

from roles.stack.offers import Row, Unknown


class PackagedDriver(Row):
    """The driver a distribution packages."""

    branch: int
    version: str
    until: date | None = None
    """None: as long as NVIDIA supports the branch."""
    until_reason: str = ""
    source: str


class PackagedToolkit(Row):
    """A CUDA toolkit that a distribution packages."""

    release: str
    home: str
    source: str


class NvidiaStock(Row):
    """What NVIDIA's apt repository has for a system."""

    tag: str
    drivers: tuple[int, ...]
    toolkits: tuple[str, ...]
    drivers_unknown: dict[int, Unknown]
    """Branches that it may or may not have."""
    toolkits_unknown: dict[str, Unknown]
    source: str


class System(Row):
    """A distribution's release; fields as catalog/systems.yaml explains them."""

    codename: str
    family: Literal["debian", "ubuntu"]
    until: date
    python: str
    glibc: str
    drivers: tuple[PackagedDriver, ...]
    toolkits: tuple[PackagedToolkit, ...]
    nvidia: NvidiaStock
    source: str


class Key(Row):
    """A key that signs NVIDIA's repository."""

    fingerprint: str
    tags: tuple[str, ...]
    shipped: bool
    source: str


class AptSource(Row):
    """An apt repository outside the distribution."""

    url: str
    label: str
    keys: dict[str, Key]
    source: str
