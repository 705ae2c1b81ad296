"""What a lock is made by and from: the version of dlbox and the digest of its catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).parents[2]
STACK = ROOT / "roles" / "stack"


def version() -> str:
    """Return the version of dlbox, which pyproject.toml alone says: nobody installs it."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    found = re.search(r'^version = "(.+)"$', text, re.MULTILINE)
    return found[1] if found else "unknown"


def catalog_digest() -> str:
    """Return the digest of all that the solver goes by: its tables, and the locks of its wheels."""
    return digest((*STACK.glob("catalog/*.yaml"), *STACK.glob("locks/*.txt")))


def digest(files: Iterable[Path]) -> str:
    """Return the digest of files and their names, in whichever order they are given."""
    total = sha256()
    for path in sorted(files, key=lambda file: (file.parent.name, file.name)):
        data = path.read_bytes()
        total.update(f"{path.parent.name}/{path.name} {len(data)}\n".encode() + data)
    return total.hexdigest()
