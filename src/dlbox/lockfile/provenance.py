"""What a lock is made by and from: the version of dlbox and the digest of its catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from dlbox.catalog import DATA
from dlbox.host.layout import LOCKS


def catalog_digest() -> str:
    """Return the digest of all that the solver goes by: its tables, and the locks of its wheels."""
    tables = {f"catalog/{path.name}": path for path in DATA.glob("*.yaml")}
    locks = {f"locks/{path.name}": path for path in LOCKS.glob("*.txt")}
    return digest({**tables, **locks})


def digest(files: Mapping[str, Path]) -> str:
    """Return the digest of names and the files they stand for, in whichever order."""
    total = sha256()
    for name, path in sorted(files.items(), key=lambda item: item[0].split("/")):
        data = path.read_bytes()
        total.update(f"{name} {len(data)}\n".encode() + data)
    return total.hexdigest()
