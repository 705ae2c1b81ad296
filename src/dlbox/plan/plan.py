"""Plan of one box: its identity, what it gets and its fingerprint, or why it gets nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256

from dlbox.host.cards import planned_cards
from dlbox.host.identity import Identity
from dlbox.host.layout import store_path_of
from dlbox.host.store import WheelTree
from dlbox.lockfile.compatibility import locked_stack
from dlbox.lockfile.model import Lock
from dlbox.lockfile.source import UNLOCKED, LockSource
from dlbox.plan.role import Registry
from dlbox.settings.schema import Schema, Settings
from dlbox.stack.gpu_args import cards_and_switches
from dlbox.stack.model import Refusal, Refused, Stack
from dlbox.stack.solve import solve
from dlbox.state.manifest import Manifest
from dlbox.state.record import Card


def fingerprint(  # noqa: PLR0913, PLR0917 - each is one thing that decides
    box: Identity,
    stack: Stack,
    settings: Settings,
    manifest: Manifest,
    source: LockSource,
    revisions: Mapping[str, int],
) -> str:
    """Return the SHA-256 of everything that decides what the roles do on a box.

    The manifest holds the SHA-256 of every shipped program and text. The source of dlbox itself
    is not part of the fingerprint: a changed docstring or check would send every box through a
    full run. The ``revision`` of a role covers what its ``deploy.py`` does beyond its manifest.
    """
    # Folders that the box goes back to, where today's wheels would make other folders.
    now = {link: store_path_of(link, lock) for link, lock in manifest.trees.items()}
    old = {link: real for link, real in source.folders.items() if now.get(link) != real}
    decides = {
        "revisions": dict(revisions),
        "stack": stack.identity(),
        "settings": settings.persistent(),
        # What is kept for rollback does not decide what the box is, but it is on the box.
        "rollback_gb": settings.host.rollback_gb,
        "manifest": manifest.lines(),
        "lock": (source.lock and source.lock.digest) or None,
        "folders": old,
        "box": [box.systemd, box.container, box.secure_boot, box.mok.enrolled, *box.kernels],
    }
    return sha256(json.dumps(decides, sort_keys=True, default=str).encode()).hexdigest()


ARCHITECTURES = ("x86_64",)


@dataclass(frozen=True)
class Plan:
    """Plan of one box, which every role is given."""

    box: Identity
    settings: Settings
    stack: Stack
    manifest: Manifest
    """What the roles will own on the box."""
    digest: str
    """Fingerprint of everything that decides what the roles do there."""
    source: LockSource = UNLOCKED
    wheel_locks: Mapping[str, str | None] = field(default_factory=dict)
    """dlbox's own locks of the wheels that the box gets -> an index with what the usual index
    lacks."""

    @property
    def cards(self) -> tuple[Card, ...]:
        """Return the cards that the plan is made for."""
        return planned_cards(self.box, self.settings)

    @property
    def lock(self) -> Lock | None:
        """Return what the box must be, to the byte; None: the box gets what fits best today."""
        return self.source.lock

    def pinned(self, wanted: Mapping[str, str]) -> dict[str, str]:
        """Return the same packages, at the versions of the box's lock if it has one."""
        locked = self.lock.versions if self.lock else {}
        return {name: locked.get(name, version) for name, version in wanted.items()}

    def wheel_tree(self, link: str, lock: str, index: str | None = None) -> WheelTree:
        """Return the tree that ``link`` must name, built from one of dlbox's own locks."""
        record = self.box.recorded
        return WheelTree(
            link,
            lock,
            index=index,
            bundle=self.settings.host.bundle,
            kept=self.source.folders.get(link),
            edited=record is not None and record.edited(link),
        )


def make_plan(
    box: Identity,
    settings: Settings,
    today: date,
    roles: Registry,
    source: LockSource = UNLOCKED,
) -> Plan:
    """Return the plan of a box, with a solved stack or the stack of its lock. Raises Refused."""
    if box.arch not in ARCHITECTURES:
        msg = f"its architecture is {box.arch}; only {', '.join(ARCHITECTURES)} is supported"
        raise Refused(msg)
    if source.lock:
        stack = locked_stack(
            box,
            settings,
            source.lock,
            roles.wheel_locks,
            any_cards=source.generation is not None,
        )
    else:
        stack = _solve(box, settings, today, roles)
    manifest = roles.manifest(settings, stack)
    digest = fingerprint(box, stack, settings, manifest, source, roles.revisions)
    locks = roles.wheel_locks(settings, stack)
    return Plan(box, settings, stack, manifest, digest, source, locks)


def _solve(box: Identity, settings: Settings, today: date, roles: Registry) -> Stack:
    cards, switches = cards_and_switches([card.id for card in planned_cards(box, settings)])
    requested = settings.requirements()
    answer = solve(
        cards,
        box.system,
        requested.constraints,
        today=today,
        switches=switches,
        kernels=box.kernels,
        remedy=requested.remedy or "flavour",
        secure_boot=box.secure_boot and not box.mok.enrolled,
        more_toolkits=requested.more_toolkits,
    )
    if isinstance(answer, Refusal):
        raise Refused(format_refusal(answer, roles.schema))
    roles.accept(settings, answer)
    unlocked = [row for row in answer.frameworks.values() if not row.locked]
    if unlocked:
        msg = f"{unlocked[0].lock} is not locked by hash | run ./dlbox catalog --lock {unlocked[0].lock}"
        raise Refused(msg)
    return answer


def format_refusal(refusal: Refusal, schema: Schema) -> str:
    """Return a refusal in one line; the remedy names a setting."""
    if refusal.nearest is None:
        return refusal.because
    word, _, value = refusal.nearest.partition("=")
    releases = [] if value == "none" else [value]
    remedy = f"{schema.setting_of(word)} = {releases if word == 'cuda' else value!r}"
    return f"{refusal.because} | try {remedy}"
