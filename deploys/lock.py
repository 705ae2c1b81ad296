"""Write down all that boxes get, to the byte, for the same box again; changes nothing on them."""

from __future__ import annotations

import sys
from datetime import datetime, timezone

from pyinfra.api import Host

from deploys._artefacts.outside import Unreadable
from deploys._guard import BadInput, complain, request
from deploys._lock.classes import apart, classes
from deploys._lock.made import made
from deploys._lock.seen import SEEN
from deploys._lock.settled import settled
from deploys.up import FAILED, REFUSED, run_pyinfra
from roles.box.outcome import outcome, take_stock

UPDATE = "--update"
AGAIN = " | mend the cause and run the same command again"
WORST_FIRST = (FAILED, REFUSED)


def main(argv: list[str]) -> int:
    """Lock the classes of an inventory; exit 6 where a lock is stale and was not to be updated."""
    try:
        asked = request(word for word in argv if word != UPDATE)
        by_path = classes(asked.hosts)
    except BadInput as error:
        return complain("lock", error)
    # -y: pyinfra asks whether to go on without boxes that do not answer.
    run_pyinfra(asked, "deploys/_lock/look.py", "--dry", "-y")
    take_stock()
    codes = [_lock(path, boxes, update=UPDATE in argv) for path, boxes in by_path.items()]
    return next((code for code in WORST_FIRST if code in codes), max(codes))


def _lock(path: str, boxes: list[Host], *, update: bool) -> int:
    """Lock one class; return its exit code."""
    lost = {box.name: outcome(box.name) for box in boxes if box.name not in SEEN}
    for name, what in lost.items():
        _say(f"{name}: {what.failed or 'no answer; its last lines stand above'}")
    if lost:
        return REFUSED if all(one.refused for one in lost.values()) else FAILED
    why = apart(boxes)
    if why:
        _say(f"{why} | give each its own file in box_lock")
        return REFUSED
    try:
        lock = made(boxes, datetime.now(tz=timezone.utc).date())
        return settled(path, lock, update=update)
    except (Unreadable, OSError) as error:
        _say(f"{path}: {error}" + ("" if " | " in str(error) else AGAIN))
        return FAILED


def _say(line: str) -> None:
    print(f"dlbox lock: {line}", file=sys.stderr)
