"""The digest of dlbox's own roles: another dlbox may want something else of the same settings."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path

ROLES = Path(__file__).parents[1]


@cache
def code() -> str:
    """Return it."""
    total = sha256()
    for path in sorted(ROLES.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            total.update(f"{path.relative_to(ROLES)} {path.stat().st_size}\n".encode())
            total.update(path.read_bytes())
    return total.hexdigest()
