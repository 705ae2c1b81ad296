"""Update a lock file, or print what would change in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dlbox.errors import format_error
from dlbox.exit_code import ExitCode
from dlbox.lockfile.file import dump_lock, load_lock, seal_lock
from dlbox.lockfile.model import Lock
from dlbox.locking.diff import difference
from dlbox.stack.model import Refused
from dlbox.upstream.yaml_file import replace


def update_lockfile(path: str, lock: Lock, *, update: bool) -> ExitCode:
    """Print whether a lock file is current; write it if it is missing or if ``update`` is set.

    Returns the exit code. Raises OSError.
    """
    if not Path(path).exists():
        return _write(path, lock)
    try:
        old = load_lock(path)
    except Refused as refusal:
        print("\n".join(format_error("dlbox lock", str(refusal))))
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
    """Return the new lock, with the modules that only the old one knows if all else is equal.

    A box that was reinstalled has not compiled anything yet; that does not make a lock stale.
    """
    known = {**old.modules, **new.modules}
    before, after = _without_reasons(old), _without_reasons(new)
    if {**before, "modules": known} != {**after, "modules": known}:
        return new
    content = {**_content(new), "day": new.day}
    return seal_lock({**content, "modules": dict(sorted(known.items()))})


def _content(lock: Lock) -> dict[str, Any]:
    """Return everything but the day and the fields that follow from it."""
    return lock.model_dump(mode="json", exclude={"format", "digest", "day"})


def _without_reasons(lock: Lock) -> dict[str, Any]:
    """Return the content that matters: a reworded reason does not make a lock stale."""
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
