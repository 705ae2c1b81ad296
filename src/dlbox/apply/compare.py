"""Compare a box with its record and its settings, from a single look at the box."""

from __future__ import annotations

from datetime import datetime, timezone

from pyinfra.api import Host

from dlbox.apply.preflight import settings_and_lock, validate_inventory
from dlbox.apply.results import Results
from dlbox.host.cards import card_differences
from dlbox.host.identity import BoxIdentity, Identity, observe_as_root
from dlbox.plan.plan import make_plan
from dlbox.plan.role import Registry
from dlbox.stack.model import Refused
from dlbox.state.drift import Change, Comparison, classify


def compare_host(host: Host, roles: Registry) -> None:
    """Store in the result of a box how it differs; store nothing if the box did not answer."""
    validate_inventory(host.state, roles)
    box = host.get_fact(BoxIdentity)
    if isinstance(box, Identity):
        Results.of(host.state)[host.name].comparison = _compare(host, box, roles)


def _compare(host: Host, box: Identity, roles: Registry) -> Comparison:
    try:
        box = observe_as_root(host, box)
    except Refused as refusal:
        return Comparison(failed=str(refusal))
    record = box.recorded
    if record is None or not record.digest:
        return Comparison(failed="no record: dlbox up has not finished there")
    bus: list[Change] = []
    try:
        settings, source = settings_and_lock(host, roles)
        bus = card_differences(box, settings)
        plan = make_plan(box, settings, datetime.now(tz=timezone.utc).date(), roles, source)
    except Refused as refusal:
        changes = [*classify(record, None), *bus]
        return Comparison(tuple(changes), refused=str(refusal), pending=record.pending)
    changes = [*classify(record, plan.manifest.lines(), plan.digest), *bus]
    return Comparison(tuple(changes), pending=record.pending)
