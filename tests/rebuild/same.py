"""A small archive that moves on, and an archive of what it had; a box beside them."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from tests.archive.keys import Key
from tests.archive.repository import suites
from tests.archive.serve import direct
from tests.archive.stub import Stub
from tests.boxes.container import Container
from tests.boxes.mounts import STORE

TOOL, LIB = "dlbox-stub-tool", "dlbox-stub-lib"
SUITE = "stable"
POOL = "stub/pool/main"


@dataclass(frozen=True)
class Archive:
    """What is served, from where, and who signs it."""

    folder: Path
    url: str
    key: Key

    @property
    def snapshots(self) -> str:
        """Return the address of the archive of archives."""
        return f"{self.url}/snapshots"

    def publish(self, version: str, key: Key | None = None) -> None:
        """Have one version of both packages, and no other."""
        stubs = [
            Stub(TOOL, version, depends=(f"{LIB} (= {version})",), maker="anybody's"),
            Stub(LIB, version, maker="anybody's"),
        ]
        pockets = ("",)
        suites(
            self.folder / "stub",
            SUITE,
            {"main": stubs},
            key or self.key,
            pockets=pockets,
            origin="stub",
        )

    def deb(self, name: str, version: str) -> Path:
        """Return the file of a package."""
        return self.folder / POOL / f"{name}_{version}_amd64.deb"

    def remember(self, day: date) -> None:
        """Put what there is into the archive of archives, as of the end of that day."""
        stamp = f"{day + timedelta(days=1):%Y%m%d}T000000Z"
        shutil.copytree(self.folder / "stub", self.folder / f"snapshots/archive/stub/{stamp}")

    def beside(self, box: Container) -> None:
        """Have a box read this archive too, and forget what other tests have got from its like."""
        box.run("tee", "/etc/apt/apt.conf.d/99direct", input=direct(self.url))
        box.run("tee", "/etc/apt/keyrings/stub.asc", input=self.key.armored)
        source = f"deb [signed-by=/etc/apt/keyrings/stub.asc] {self.url}/stub {SUITE} main\n"
        box.run("tee", "/etc/apt/sources.list.d/stub.list", input=source)
        forget(box)


def forget(box: Container) -> None:
    """Take the stubs out of a box's own store of packages."""
    box.run("sh", "-c", f"rm -f {STORE}/dlbox-stub-*.deb")
