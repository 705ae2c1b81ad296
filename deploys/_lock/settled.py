"""Bring a lock's file up to date, or say what would change in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from deploys._artefacts.yaml_text import replace
from deploys._lock.difference import difference
from roles.lock.model import Lock
from roles.lock.text import opened, sealed, written
from roles.stack.model import Refused

DIFFERENT = 6


def settled(path: str, lock: Lock, *, update: bool) -> int:
    """Say of a file whether it is current; write it where there is none, or where asked to.

    Returns the exit code. Raises OSError.
    """
    if not Path(path).exists():
        return _write(path, lock)
    try:
        old = opened(path)
    except Refused as refusal:
        print(refusal)
        return _write(path, lock) if update else DIFFERENT
    new = with_known_modules(old, lock)
    if _content(old) == _content(new):
        print(f"{path}: current")
        return 0
    print("\n".join((f"{path}: since {old.day}", *(f"  {ln}" for ln in difference(old, new)))))
    if update:
        return _write(path, new)
    print(f"{path}: stale; ./dlbox lock --update writes it")
    return DIFFERENT


def with_known_modules(old: Lock, new: Lock) -> Lock:
    """Return the new lock with modules that only the old one knows, where all else is the same.

    A box that was made anew has compiled nothing yet; that makes no lock stale.
    """
    content = {**_content(new), "day": new.day}
    known = {**old.modules, **new.modules}
    if {**_content(old), "modules": known} != {**_content(new), "modules": known}:
        return new
    return sealed({**content, "modules": dict(sorted(known.items()))})


def _content(lock: Lock) -> dict[str, Any]:
    """Return all but the day, and what follows from it."""
    return lock.model_dump(mode="json", exclude={"format", "digest", "day"})


def _write(path: str, lock: Lock) -> int:
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    replace(file, written(lock))
    debs, wheels = (sum(one.size for one in rows) for rows in (lock.packages, lock.wheels))
    print(
        f"{path}: written: {len(lock.packages)} packages ({debs / 1e6:.0f} MB),"
        f" {len(lock.wheels)} wheels ({wheels / 1e6:.0f} MB)"
    )
    return 0
