"""The index of a flat apt repository: Packages, and the Release that covers it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from datetime import datetime, timezone
from email.utils import format_datetime
from pathlib import Path

from dlbox.bundle.deb_control import control, fields
from dlbox.bundle.errors import BundleError
from dlbox.lockfile.model import Lock, LockedPackage

ARCHITECTURE = "amd64"


def packages(lock: Lock, folder: Path, read: Callable[[Path], str] = control) -> bytes:
    """Return the text of Packages for the .deb files in ``folder``. Raises BundleError."""
    inside = sorted(lock.packages, key=lambda package: package.file)
    entries = [_entry(package, read(folder / package.file)) for package in inside]
    return "\n".join(entries).encode("utf-8", "surrogateescape")


def _entry(package: LockedPackage, said: str) -> str:
    named = fields(said)
    found = tuple(named.get(word, "") for word in ("Package", "Version", "Architecture"))
    if found != (package.name, package.version, package.architecture):
        msg = f"{package.file}: calls itself {' '.join(found)} | create the lock again"
        raise BundleError(msg)
    return (
        f"{said.strip()}\n"
        f"Filename: ./{package.file}\n"
        f"Size: {package.size}\n"
        f"SHA256: {package.sha256}\n"
    )


def release(lock: Lock, indexes: Iterable[tuple[str, bytes]]) -> bytes:
    """Return the text of Release, dated with the lock's day: only its signature tells when it was made."""
    day = datetime.fromisoformat(lock.day).replace(tzinfo=timezone.utc)
    lines = [
        # apt asks for confirmation when any of the first three changes between two updates.
        "Origin: dlbox",
        "Label: dlbox bundle",
        "Suite: bundle",
        f"Date: {format_datetime(day, usegmt=True).replace('GMT', 'UTC')}",
        f"Architectures: {ARCHITECTURE}",
        f"Description: lock {lock.digest}",
        "SHA256:",
        *(f" {hashlib.sha256(data).hexdigest()} {len(data)} {name}" for name, data in indexes),
    ]
    return "".join(f"{line}\n" for line in lines).encode()
