"""A box beside stub archives that are laid out as NVIDIA's and Ubuntu's are."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

from dlbox.sandbox.container import Container, start
from dlbox.sandbox.engine import engine
from dlbox.sandbox.image import image
from dlbox.sandbox.mounts import Mount
from tests.support.archive import nvidia, repository, ubuntu
from tests.support.archive.keys import Key, make_key
from tests.support.archive.serve import direct, serve
from tests.support.cli import changed, dlbox, inventory

# What these stubs are about; frameworks and Jupyter have their own tests, with real packages.
PACKAGES_ONLY = {
    "frameworks_names": [],
    "jupyter_install": False,
    "box_profile": "framework_only",
}
CHECKS = "nvidia_driver or nvidia_archive or packages"


@dataclass(frozen=True)
class ArchiveBox:
    """A box, the folder its archives are served from, and where that is."""

    box: Container
    folder: Path
    url: str
    key: Key
    keys: Path

    def publish(self, tag: str, versions: tuple[str, ...], key: Key | None = None) -> None:
        """Lay out NVIDIA's repository of a system anew."""
        stubs = nvidia.stubs(tag, versions)
        repository.flat(self.folder / tag / "x86_64", stubs, key or self.key)

    def inventory(self, *, key: Key | None = None, **knobs: Any) -> Path:
        """Write an inventory of the box, which takes NVIDIA's packages from here."""
        file = self.keys / "key.asc"
        file.write_text((key or self.key).armored)
        mirror = {"nvidia_archive_url": self.url, "nvidia_archive_key": str(file)}
        return inventory(self.keys, (self.box, {**PACKAGES_ONLY, **mirror, **knobs}))

    def up(self, **knobs: Any) -> CompletedProcess[str]:
        """Run ``up`` with these knobs."""
        return dlbox("up", self.inventory(**knobs), "-y")

    def provision(self, **knobs: Any) -> str:
        """Bring the box to its state; it must come to stand, whole, verified and settled."""
        run = self.up(**knobs)
        assert run.returncode == 0, run.stdout[-4000:]
        assert self.box.run("dpkg", "--audit").stdout == ""
        proof = dlbox("verify", self.inventory(**knobs), "--", "-k", CHECKS)
        assert proof.returncode == 0, proof.stdout[-4000:]
        again = self.up(**knobs)
        assert (again.returncode, changed(again.stdout)) == (0, []), again.stdout[-3000:]
        return run.stdout

    def driver(self) -> dict[str, str]:
        """Return the box's packages of any driver, with their versions."""
        said = self.box.run(
            "dpkg-query", "-W", "-f=${Package} ${Version} ${db:Status-Abbrev}\\n"
        )
        rows = [line.split() for line in said.stdout.splitlines()]
        wanted = re.compile(r"(.*nvidia.*|libcuda1|nvlsm)")
        return {r[0]: r[1] for r in rows if wanted.fullmatch(r[0]) and r[2].endswith("i")}


@contextmanager
def archive_box(release: str, folder: Path, *mounts: Mount) -> Iterator[ArchiveBox]:
    """Start a box of this release beside empty archives."""
    os.environ.update(engine().environment())
    archives, keys = folder / "archives", folder / "keys"
    archives.mkdir()
    keys.mkdir()
    key = make_key(None, "stub archive of dlbox's tests")
    with serve(archives) as url:
        box = start(
            f"dlbox-test-archive-{release}", image(release), disposable=True, mounts=mounts
        )
        try:
            box.run("tee", "/etc/apt/apt.conf.d/99direct", input=direct(url))
            yield ArchiveBox(box, archives, url, key, keys)
        finally:
            box.remove()


def present_as_ubuntu(made: ArchiveBox, version: str, codename: str) -> None:
    """Have the box say that it is Ubuntu, and read a stub of Ubuntu's own archive beside Debian's."""
    box = made.box
    box.run("rm", "/etc/os-release")
    said = (
        f'ID=ubuntu\nVERSION_ID="{version}"\nVERSION_CODENAME={codename}\nPRETTY_NAME="stub"\n'
    )
    box.run("tee", "/etc/os-release", input=said)
    repository.suites(made.folder / "ubuntu", codename, ubuntu.components(codename), made.key)
    box.run("tee", "/etc/apt/keyrings/stub.asc", input=made.key.armored)
    source = f"deb [signed-by=/etc/apt/keyrings/stub.asc] {made.url}/ubuntu {codename} main\n"
    box.run("tee", "/etc/apt/sources.list.d/ubuntu.list", input=source)
