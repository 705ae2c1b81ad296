"""Lock the boxes of a run: write a lock file, update it, or print what would change in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from dlbox.errors import BadInput, format_error
from dlbox.exit_code import ExitCode
from dlbox.lockfile.file import dump_lock, load_lock, seal_lock
from dlbox.lockfile.model import Lock
from dlbox.locking.build import build_lock
from dlbox.locking.diff import difference
from dlbox.locking.groups import Observed, group_by_lock, incompatibility
from dlbox.plan.result import Result
from dlbox.stack.model import Refused
from dlbox.subprocesses import Unreadable
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
    if _effective_content(old) == _effective_content(new):
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
    before, after = _effective_content(old), _effective_content(new)
    if {**before, "modules": known} != {**after, "modules": known}:
        return new
    content = {**_content(new), "day": new.day}
    return seal_lock({**content, "modules": dict(sorted(known.items()))})


def _content(lock: Lock) -> dict[str, Any]:
    """Return everything but the day and the fields that follow from it."""
    return lock.model_dump(mode="json", exclude={"format", "digest", "day"})


def _effective_content(lock: Lock) -> dict[str, Any]:
    """Return the content that matters.

    Neither a reworded reason nor a row of the catalogue that this lock does not use makes it stale.
    """
    content = _content(lock)
    del content["catalog"]
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


AGAIN = " | fix the cause and run the same command again"


def lock_group(
    path: str, names: Sequence[str], results: Mapping[str, Result], *, update: bool
) -> tuple[ExitCode, list[str]]:
    """Lock the boxes that share a file; return the exit code and the errors."""
    boxes = [
        Observed(name, result.plan, result.closure)
        for name in names
        if (result := results[name]).plan and result.closure
    ]
    lost = {name: results[name] for name in names if not results[name].closure}
    if lost:
        lines = [
            f"{name}: {result.failed or 'no answer; see its last lines above'}"
            for name, result in lost.items()
        ]
        refused = all(result.refused for result in lost.values())
        return ExitCode.REFUSED if refused else ExitCode.FAILED, lines
    if why := incompatibility(boxes):
        return ExitCode.REFUSED, [f"{why} | give each its own file in box_lock"]
    try:
        lock = build_lock(boxes, datetime.now(tz=timezone.utc).date())
        return update_lockfile(path, lock, update=update), []
    except BrokenPipeError:  # nobody reads what is printed: no fault of the lock's
        raise
    except (Unreadable, OSError) as error:
        return ExitCode.FAILED, [f"{path}: {error}" + ("" if " | " in str(error) else AGAIN)]


def report_locks(results: Mapping[str, Result]) -> list[str]:
    """Lock every box of a run, or none where one could not be planned; return the lines of errors.

    The settings of a box that was not planned are not known here, so its lock could be any of them.
    """
    return format_error("", "\n".join(_lock_all(results)))


def _lock_all(results: Mapping[str, Result]) -> list[str]:
    planned = {name: result.plan.settings for name, result in results.items() if result.plan}
    lines = [f"{name}: {results[name].failed}" for name in results if name not in planned]
    if lines:
        return [*lines, "no lock was written | fix the cause and run the same command again"]
    try:
        groups = group_by_lock(planned)
    except BadInput as error:
        return str(error).splitlines()
    for path, names in groups.items():
        lines += lock_group(path, names, results, update=False)[1]
    return lines
