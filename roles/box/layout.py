"""Where wheels lie on a box, and which lock each of their folders is from."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

LOCKS = Path(__file__).parents[1] / "stack" / "locks"
VENVS = "/opt/dlbox/venvs"
TREES = "/opt/dlbox/wheels"
"""Libraries outside any venv, for compilers and linkers."""
REAL = "/opt/dlbox/trees"
"""Where the folders lie that the links in the two above name."""
UV_TREE = "/opt/dlbox/uv"
UV = f"{UV_TREE}/bin/uv"


def lock_text(lock: str) -> str:
    """Return the text of one of roles/stack/locks."""
    return (LOCKS / f"{lock}.txt").read_text(encoding="utf-8")


def stamp(lock: str) -> str:
    """Return what a finished folder's stamp says about the lock it was built from."""
    return sha256(lock_text(lock).encode()).hexdigest()


def real(link: str, lock: str) -> str:
    """Return the folder that ``link`` names when it is built from ``lock``."""
    return stamped(link, stamp(lock))


def stamped(link: str, digest: str) -> str:
    """Return the folder that ``link`` names when that is the stamp of its lock."""
    return f"{REAL}/{Path(link).name}-{digest[:12]}"
