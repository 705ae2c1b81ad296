"""Paths of wheel folders on a box, and the lock that each folder is built from."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

LOCKS = Path(__file__).parents[1] / "catalog" / "locks"
VENVS = "/opt/dlbox/venvs"
LIBRARIES = "/opt/dlbox/wheels"
"""Folder of libraries outside any virtual environment, for compilers and linkers."""
STORE = "/opt/dlbox/trees"
"""Folder of the trees that the links in ``VENVS`` and ``LIBRARIES`` name."""
UV_TREE = "/opt/dlbox/uv"
UV = f"{UV_TREE}/bin/uv"


def lock_text(lock: str) -> str:
    """Return the text of one of dlbox's own locks, in ``catalog/locks``."""
    return (LOCKS / f"{lock}.txt").read_text(encoding="utf-8")


def lock_digest(lock: str) -> str:
    """Return the digest of a lock, as the stamp of a finished tree gives it."""
    return sha256(lock_text(lock).encode()).hexdigest()


def store_path(link: str, lock: str) -> str:
    """Return the folder that ``link`` names if it is built from ``lock``."""
    return store_path_of(link, lock_digest(lock))


def store_path_of(link: str, digest: str) -> str:
    """Return the folder that ``link`` names if ``digest`` is the stamp of its lock."""
    return f"{STORE}/{Path(link).name}-{digest[:12]}"
