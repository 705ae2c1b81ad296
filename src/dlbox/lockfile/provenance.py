"""Provenance of a lock: the version of dlbox and the digest of its catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from dlbox.catalog import DATA
from dlbox.host.layout import LOCKS


def catalog_digest() -> str:
    """Return the digest of everything that the solver uses: tables and wheel locks."""
    tables = {f"catalog/{path.name}": path for path in DATA.glob("*.yaml")}
    locks = {f"locks/{path.name}": path for path in LOCKS.glob("*.txt")}
    return digest({**tables, **locks})


def digest(files: Mapping[str, Path]) -> str:
    """Return one digest of names and the files that they refer to, in any order."""
    total = sha256()
    for name, path in sorted(files.items(), key=lambda item: item[0].split("/")):
        data = path.read_bytes()
        total.update(f"{name} {len(data)}\n".encode() + data)
    return total.hexdigest()
