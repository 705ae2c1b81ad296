"""A small archive that moves on, an archive of what it had, and boxes beside them."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

from dlbox.sandbox.container import Container
from dlbox.sandbox.mounts import STORE
from tests.rebuild.tree import differing
from tests.support.archive.keys import Key
from tests.support.archive.repository import suites
from tests.support.archive.serve import direct
from tests.support.archive.stub import Stub
from tests.support.cli import ROOT, dlbox, inventory

TOOL, LIB = "dlbox-stub-tool", "dlbox-stub-lib"
SUITE = "stable"
KEYRING = "/etc/apt/keyrings/stub.asc"
KNOBS: dict[str, Any] = {
    "box_gpus": ["10de:1b06"],
    "cuda_versions": [],
    "frameworks_names": [],
    "base_packages": [TOOL],
}


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
        """Have one version of two packages, the first of which needs the other, and nothing else."""
        tool = Stub(TOOL, version, depends=(f"{LIB} (= {version})",), maker="anybody's")
        stubs = {"main": [tool, Stub(LIB, version, maker="anybody's")]}
        suites(
            self.folder / "stub", SUITE, stubs, key or self.key, pockets=("",), origin="stub"
        )

    def deb(self, name: str, version: str) -> Path:
        """Return the file of a package."""
        return self.folder / f"stub/pool/main/{name}_{version}_amd64.deb"

    def remember(self, day: str) -> Path:
        """Put what there is into the archive of archives, as it was at the end of that day."""
        end = date.fromisoformat(day) + timedelta(days=1)
        kept = self.folder / f"snapshots/archive/stub/{end:%Y%m%d}T000000Z"
        shutil.copytree(self.folder / "stub", kept)
        return kept / "pool/main"

    def beside(self, box: Container) -> None:
        """Have a box read this archive too."""
        box.run("tee", "/etc/apt/apt.conf.d/99direct", input=direct(self.url))
        box.run("tee", KEYRING, input=self.key.armored)
        source = f"deb [signed-by={KEYRING}] {self.url}/stub {SUITE} main\n"
        box.run("tee", "/etc/apt/sources.list.d/stub.list", input=source)


@dataclass(frozen=True)
class Subject:
    """A box, and a folder for its inventory."""

    box: Container
    folder: Path

    def do(self, verb: str, *words: str, **knobs: Any) -> CompletedProcess[str]:
        """Run a verb of dlbox's on the box."""
        there = inventory(self.folder, (self.box, {**KNOBS, **knobs}))
        return dlbox(verb, there, *words)

    def versions(self) -> dict[str, str]:
        """Return the versions of the archive's packages that it has."""
        said = self.box.run("dpkg-query", "-W", "-f=${Package} ${Version}\\n", "dlbox-stub-*")
        return dict(line.split(" ") for line in said.stdout.splitlines())


def quietly(box: Container) -> None:
    """Have a box do nothing by itself, and faster; let it not have what other tests have got."""
    box.run("sh", "-c", "systemctl stop '*.timer'")
    box.run("tee", "/etc/dpkg/dpkg.cfg.d/unsafe-io", input="force-unsafe-io\n")
    forget(box)


def forget(box: Container) -> None:
    """Take the archive's packages out of the box's store, which tests share."""
    box.run("sh", "-c", f"rm -f {STORE}/dlbox-stub-*.deb")


def checkout(folder: Path) -> Path:
    """Copy dlbox itself, to be changed."""
    for part in ("deploys", "roles", "src", "tests"):
        left_out = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / part, folder / part, ignore=left_out)
    for file in ("inventory.py", "pyproject.toml"):
        shutil.copy(ROOT / file, folder)
    return folder


def explained(
    one: dict[str, str], other: dict[str, str], allowed: dict[str, str]
) -> dict[str, list[str]]:
    """Return regular expression -> the paths that it explains; "": those that none does."""
    found: dict[str, list[str]] = {}
    for path in sorted(differing(one, other)):
        why = next((each for each in allowed if re.fullmatch(each, path)), "")
        found.setdefault(why, []).append(path)
    return found
