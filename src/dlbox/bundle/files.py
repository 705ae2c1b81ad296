"""The files of a bundle that are fetched, and which of them are there already."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from dlbox.lockfile.model import Lock
from dlbox.lockfile.snapshots import in_snapshots

CHUNK = 1 << 20


@dataclass(frozen=True)
class BundleFile:
    """One file."""

    what: str
    """Name and version, for the person."""
    place: str
    """Where it lies in the bundle."""
    size: int
    """Bytes."""
    sha256: str
    addresses: tuple[str, ...] = ()
    """In the order they are tried."""

    def part(self, folder: Path) -> Path:
        """Return what holds the first of its bytes until all have come."""
        return folder / f"{self.place}.part"

    def begun(self, folder: Path) -> int:
        """Return how many bytes an earlier run has left."""
        part = self.part(folder)
        return part.stat().st_size if part.exists() else 0


def debs(lock: Lock, snapshot: str | None) -> list[BundleFile]:
    """Return the packages, by place."""
    roots = [repository.uri for repository in lock.repositories]
    found = []
    for package in lock.packages:
        more = in_snapshots(package.uri, roots, lock.day, snapshot) if snapshot else ()
        what, place = f"{package.name} {package.version}", f"apt/{package.file}"
        addresses = (package.uri, *more)
        found.append(BundleFile(what, place, package.size, package.sha256, addresses))
    return sorted(found, key=lambda one: one.place)


def wheels(lock: Lock) -> list[BundleFile]:
    """Return the wheels, by place; a lock does not say where they are to be had."""
    found = {
        wheel.file: BundleFile(
            f"{wheel.name} {wheel.version}", f"wheels/{wheel.file}", wheel.size, wheel.sha256
        )
        for wheel in lock.wheels
    }
    return [found[file] for file in sorted(found)]


def missing(wanted: Iterable[BundleFile], folder: Path, jobs: int) -> list[BundleFile]:
    """Return those that are not there with the right bytes."""
    files = list(wanted)
    with ThreadPoolExecutor(jobs) as pool:
        there = pool.map(lambda one: holds(folder / one.place, one), files)
        return [one for one, good in zip(files, there, strict=True) if not good]


def holds(path: Path, wanted: BundleFile) -> bool:
    """Whether a file is the wanted one, to the byte."""
    return (
        path.is_file() and path.stat().st_size == wanted.size and digest(path) == wanted.sha256
    )


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    total = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            total.update(chunk)
    return total.hexdigest()
