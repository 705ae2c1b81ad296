"""Where wheels lie on a box, and which lock each of their folders is from."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

LOCKS = Path(__file__).parents[1] / "catalog" / "locks"
VENVS = "/opt/dlbox/venvs"
LIBRARIES = "/opt/dlbox/wheels"
"""Libraries outside any venv, for compilers and linkers."""
STORE = "/opt/dlbox/trees"
"""Where the folders lie that the links in the two above name."""
UV_TREE = "/opt/dlbox/uv"
UV = f"{UV_TREE}/bin/uv"


def lock_text(lock: str) -> str:
    """Return the text of one of roles/stack/locks."""
    return (LOCKS / f"{lock}.txt").read_text(encoding="utf-8")


def lock_digest(lock: str) -> str:
    """Return what a finished folder's stamp says about the lock it was built from."""
    return sha256(lock_text(lock).encode()).hexdigest()


def store_path(link: str, lock: str) -> str:
    """Return the folder that ``link`` names when it is built from ``lock``."""
    return store_path_of(link, lock_digest(lock))


def store_path_of(link: str, digest: str) -> str:
    """Return the folder that ``link`` names when that is the stamp of its lock."""
    return f"{STORE}/{Path(link).name}-{digest[:12]}"
