"""What the tier's plain machine is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from dlbox.sandbox.container import Container
from tests.vm.machine import Snapshot

# Of the release itself, and not the package of debugging symbols or the unsigned ones.
IMAGES = "apt-cache search --names-only '^linux-image-[0-9.]+\\+deb13(\\.[0-9]+)?-amd64$'"


@dataclass(frozen=True)
class Plain:
    """A plain Debian 13 with its archive's two newest kernels, booted."""

    base: Path
    key: Path
    snapshot: Snapshot
    old: str
    new: str


def kernels(box: Container) -> tuple[str, str]:
    """Return the two newest kernels that the box can install, the older one first.

    The archive drops a kernel's image some weeks after its successor came.
    """
    script = f"apt-get -q update >/dev/null; {IMAGES} | cut -d ' ' -f 1 | sort -V | tail -n 2"
    old, new = box.run("sh", "-ec", script).stdout.split()
    return old.removeprefix("linux-image-"), new.removeprefix("linux-image-")
