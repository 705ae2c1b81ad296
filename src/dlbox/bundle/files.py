"""List the files that a bundle downloads, and find those that are already complete."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from dlbox.lockfile.model import Lock, in_snapshots

CHUNK = 1 << 20


@dataclass(frozen=True)
class BundleFile:
    """One file of a bundle."""

    what: str
    """The name and version that are shown to the person."""
    place: str
    """The file's path in the bundle."""
    size: int
    """The size in bytes."""
    sha256: str
    addresses: tuple[str, ...] = ()
    """The addresses in the order in which they are tried."""

    def part(self, folder: Path) -> Path:
        """Return the path of the file that collects the bytes until all of them have arrived."""
        return folder / f"{self.place}.part"

    def bytes_on_disk(self, folder: Path) -> int:
        """Return the number of bytes that an earlier run has left."""
        part = self.part(folder)
        return part.stat().st_size if part.exists() else 0


def debs(lock: Lock, snapshot: str | None) -> list[BundleFile]:
    """Return the packages of a lock, sorted by path."""
    roots = [repository.uri for repository in lock.repositories]
    found = []
    for package in lock.packages:
        more = in_snapshots(package.uri, roots, lock.day, snapshot) if snapshot else ()
        what, place = f"{package.name} {package.version}", f"apt/{package.file}"
        addresses = (package.uri, *more)
        found.append(BundleFile(what, place, package.size, package.sha256, addresses))
    return sorted(found, key=lambda one: one.place)


def wheels(lock: Lock) -> list[BundleFile]:
    """Return the wheels of a lock, sorted by path; a lock does not say where to download them."""
    found = {
        wheel.file: BundleFile(
            f"{wheel.name} {wheel.version}", f"wheels/{wheel.file}", wheel.size, wheel.sha256
        )
        for wheel in lock.wheels
    }
    return [found[file] for file in sorted(found)]


def missing(wanted: Iterable[BundleFile], folder: Path, jobs: int) -> list[BundleFile]:
    """Return the files that do not exist with the right bytes."""
    files = list(wanted)
    with ThreadPoolExecutor(jobs) as pool:
        there = pool.map(lambda one: has_content(folder / one.place, one), files)
        return [one for one, good in zip(files, there, strict=True) if not good]


def has_content(path: Path, wanted: BundleFile) -> bool:
    """Return whether a file is identical to the wanted one."""
    return (
        path.is_file() and path.stat().st_size == wanted.size and digest(path) == wanted.sha256
    )


def digest(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal digits."""
    total = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            total.update(chunk)
    return total.hexdigest()
