"""Lock the boxes of a run, one lock file at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timezone

from dlbox.errors import BadInput
from dlbox.exit_code import ExitCode
from dlbox.locking.build import build_lock
from dlbox.locking.groups import Observed, group_by_lock, incompatibility
from dlbox.locking.update import update_lockfile
from dlbox.plan.result import Result
from dlbox.subprocesses import Unreadable

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
    """Lock every box of a run, or none where one could not be planned; return the errors.

    The settings of a box that was not planned are not known here, so its lock could be any of them.
    """
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
