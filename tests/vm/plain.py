"""What the tier's plain machine is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.vm.machine import Snapshot

OLD, NEW = "6.12.94+deb13-amd64", "6.12.107+deb13-amd64"


@dataclass(frozen=True)
class Plain:
    """A plain Debian 13 with the kernels OLD and NEW, booted."""

    base: Path
    key: Path
    snapshot: Snapshot
