"""Bring a lock's file up to date, or say what would change in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dlbox.exit_code import ExitCode
from dlbox.lockfile.file import dump_lock, load_lock, seal_lock
from dlbox.lockfile.model import Lock
from dlbox.locking.diff import difference
from dlbox.stack.model import Refused
from dlbox.upstream.yaml_file import replace


def update_lockfile(path: str, lock: Lock, *, update: bool) -> ExitCode:
    """Say of a file whether it is current; write it where there is none, or where asked to.

    Returns the exit code. Raises OSError.
    """
    if not Path(path).exists():
        return _write(path, lock)
    try:
        old = load_lock(path)
    except Refused as refusal:
        print(refusal)
        return _write(path, lock) if update else ExitCode.DIFFERENT
    new = with_known_modules(old, lock)
    if _without_reasons(old) == _without_reasons(new):
        print(f"{path}: current")
        return ExitCode.OK
    print("\n".join((f"{path}: since {old.day}", *(f"  {ln}" for ln in difference(old, new)))))
    if update:
        return _write(path, new)
    print(f"{path}: stale; ./dlbox lock --update writes it")
    return ExitCode.DIFFERENT


def with_known_modules(old: Lock, new: Lock) -> Lock:
    """Return the new lock with modules that only the old one knows, where all else is the same.

    A box that was made again has compiled nothing yet; that makes no lock stale.
    """
    content = {**_content(new), "day": new.day}
    known = {**old.modules, **new.modules}
    if {**_content(old), "modules": known} != {**_content(new), "modules": known}:
        return new
    return seal_lock({**content, "modules": dict(sorted(known.items()))})


def _content(lock: Lock) -> dict[str, Any]:
    """Return all but the day, and what follows from it."""
    return lock.model_dump(mode="json", exclude={"format", "digest", "day"})


def _without_reasons(lock: Lock) -> dict[str, Any]:
    """Return the content that matters: a reason in other words makes no lock stale."""
    content = _content(lock)
    choices = {
        name: {key: row[key] for key in ("version", "source", "until")}
        for name, row in lock.stack["choices"].items()
    }
    return {**content, "stack": {**lock.stack, "choices": choices, "skipped": {}}}


def _write(path: str, lock: Lock) -> ExitCode:
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    replace(file, dump_lock(lock))
    debs, wheels = (sum(one.size for one in rows) for rows in (lock.packages, lock.wheels))
    print(
        f"{path}: written: {len(lock.packages)} packages ({debs / 1e6:.0f} MB),"
        f" {len(lock.wheels)} wheels ({wheels / 1e6:.0f} MB)"
    )
    return ExitCode.OK
