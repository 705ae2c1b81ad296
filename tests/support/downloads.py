"""Downloads into a folder of their own."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path

import requests

from dlbox.bundle.download import Downloads
from dlbox.bundle.files import BundleFile

BODY = bytes(range(256)) * 1200  # 307200 bytes: some chunks


def sha(data: bytes) -> str:
    """Return the SHA-256 of some bytes."""
    return hashlib.sha256(data).hexdigest()


def wanted(*addresses: str, body: bytes = BODY, place: str = "apt/a.deb") -> BundleFile:
    """Return a file of a bundle that is to be had at these addresses."""
    return BundleFile("a 1.0", place, len(body), sha(body), addresses)


@dataclass
class Run:
    """Downloads into a folder of their own."""

    folder: Path
    downloads: Downloads
    said: io.StringIO

    def fetch(self, one: BundleFile) -> str:
        """Fetch one file."""
        with requests.Session() as session:
            return self.downloads.fetch(one, session)

    @property
    def part(self) -> Path:
        """Return what has come of it."""
        return self.folder / "apt/a.deb.part"

    @property
    def file(self) -> Path:
        """Return it under its own name."""
        return self.folder / "apt/a.deb"
