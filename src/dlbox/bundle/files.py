"""List the files that a bundle downloads, and find those that are already complete."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from dlbox.bundle.errors import BundleError
from dlbox.lockfile.model import Lock, LockedPackage, in_snapshots

CHUNK = 1 << 20


def inside(folder: Path, place: str) -> Path:
    """Return the path of a place in a folder. Raises BundleError where it leads out of the folder."""
    path = folder / place
    if not path.resolve().is_relative_to(folder.resolve()):
        msg = f"{path} leads out of {folder} | look at its links"
        raise BundleError(msg)
    return path


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

    def path(self, folder: Path) -> Path:
        """Return its path in a bundle. Raises BundleError where that leads out of the bundle."""
        return inside(folder, self.place)

    def part(self, folder: Path) -> Path:
        """Return the path of the file that collects the bytes until all of them have arrived."""
        self.path(folder)
        return inside(folder, f"{self.place}.part")

    def bytes_on_disk(self, folder: Path) -> int:
        """Return the number of bytes that an earlier run has left."""
        part = self.part(folder)
        return part.stat().st_size if part.exists() else 0


def debs(lock: Lock, snapshot: str | None) -> list[BundleFile]:
    """Return the packages of a lock, sorted by path."""
    roots = [repository.uri for repository in lock.repositories]
    found = []
    for package in lock.packages:
        _require_remote(package, snapshot)
        more = in_snapshots(package.uri, roots, lock.day, snapshot) if snapshot else ()
        what, place = f"{package.name} {package.version}", f"apt/{package.file}"
        addresses = (package.uri, *more)
        found.append(BundleFile(what, place, package.size, package.sha256, addresses))
    return sorted(found, key=lambda one: one.place)


def _require_remote(package: LockedPackage, snapshot: str | None) -> None:
    """Check that no file of this machine gets into a bundle, unless its folder was named. Raises BundleError."""
    local = local_file(package.uri)
    if local is None:
        return
    named = local_file(snapshot or "")
    if named is None or not local.resolve().is_relative_to(named.resolve()):
        msg = f"{package.name}: {package.uri} is a file of this machine | name its folder with --snapshot"
        raise BundleError(msg)


def local_file(address: str) -> Path | None:
    """Return the path of an address on this machine; None: it is elsewhere."""
    if address.startswith("/"):
        return Path(address)
    parts = urlsplit(address)
    return Path(unquote(parts.path)) if parts.scheme == "file" else None


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
        there = pool.map(lambda one: has_content(one.path(folder), one), files)
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
