"""A box that `up` gave the driver, with a kernel its open modules compile on and a newer one they fail on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

from dlbox.sandbox.container import Container, start
from dlbox.sandbox.engine import engine
from dlbox.sandbox.image import image
from dlbox.sandbox.mounts import cache_root, download_cache
from tests.support.cli import dlbox, inventory
from tests.vm.prepare import prepare

GOOD_HEADERS = "^linux-headers-6\\.12\\..*\\+deb12-amd64$"
BACKPORTS = """
mirror=$(awk '/ trixie main/ {print $2; exit}' /etc/apt/sources.list)
echo "deb $mirror bookworm-backports main" >/etc/apt/sources.list.d/older.list
printf 'Package: *\\nPin: release n=bookworm-backports\\nPin-Priority: 90\\n' >/etc/apt/preferences.d/older
apt-get -q update -eany
"""
"""What a box has that was Debian 12 with a kernel of its backports before."""
KNOBS: dict[str, Any] = {
    "box_gpus": ["10de:2684"],
    "box_profile": "framework_only",
    "frameworks_names": [],
    "jupyter_install": False,
    "nvidia_driver_source": "distro",
}
OPEN = {**KNOBS, "nvidia_driver_flavour": "open"}


@dataclass(frozen=True)
class Provisioned:
    """A container box with kernels, GRUB and the driver."""

    box: Container
    folder: Path
    good: str
    """The kernel that the open modules compile on."""
    bad: str
    """The newest one, on which they do not."""

    def knobs(self, **more: Any) -> dict[str, Any]:
        """Return the knobs of an Ada card that takes the distribution's driver."""
        modules = cache_root() / "modules"
        return {**KNOBS, "nvidia_driver_module_cache": str(modules), **more}

    def up(self, **knobs: Any) -> CompletedProcess[str]:
        """Run ``up`` on the container."""
        return dlbox("up", inventory(self.folder, (self.box, self.knobs(**knobs))), "-y")

    def verify(self, checks: str, **knobs: Any) -> CompletedProcess[str]:
        """Run ``verify`` on the container."""
        boxes = inventory(self.folder, (self.box, self.knobs(**knobs)))
        return dlbox("verify", boxes, "--", "-k", checks)

    def said(self, script: str) -> str:
        """Return what a line of shell says."""
        return self.box.run("sh", "-c", script).stdout


@contextmanager
def provisioned(folder: Path) -> Iterator[Provisioned]:
    """Make the box; nothing of the driver is on it yet."""
    os.environ.update(engine().environment())
    box = start("dlbox-test-vm-driver", image("debian-13"), mounts=download_cache("debian-13"))
    try:
        box.run("sh", "-c", BACKPORTS)
        headers = box.run("apt-cache", "search", "--names-only", GOOD_HEADERS).stdout.split()[0]
        good = headers.removeprefix("linux-headers-")
        prepare(box, ["linux-image-amd64", f"linux-image-{good}", headers])
        newest = box.run("sh", "-c", "ls /boot/vmlinuz-* | sort -V | tail -n 1").stdout.strip()
        yield Provisioned(box, folder, good, newest.removeprefix("/boot/vmlinuz-"))
    finally:
        box.remove()
