"""Compare a box with its record and its settings, by one look at it; nothing is changed."""

from __future__ import annotations

from datetime import datetime, timezone

from pyinfra import host

from deploys._compared import COMPARED, Compared
from roles.box.deploy import bundled_lock
from roles.box.drift import classify
from roles.box.facts import BoxIdentity, Identity
from roles.box.inventory import data
from roles.box.plan import plan
from roles.box.root import as_root
from roles.lock.given import given
from roles.stack.model import Refused


def compared(box: Identity) -> Compared:
    """Return what became of it."""
    try:
        box = as_root(box)
    except Refused as refusal:
        return Compared(failed=str(refusal))
    record = box.recorded
    if record is None or not record.digest:
        return Compared(failed="no record: dlbox up has not finished there")
    try:
        today = datetime.now(tz=timezone.utc).date()
        planned = plan(box, data(host), today, given(data(host), bundled_lock))
    except Refused as refusal:
        changes = classify(record, None)
        return Compared(tuple(changes), refused=str(refusal), pending=record.pending)
    changes = classify(record, planned.owned.lines(), planned.digest)
    return Compared(tuple(changes), pending=record.pending)


found = host.get_fact(BoxIdentity)
if isinstance(found, Identity):
    COMPARED[host.name] = compared(found)
