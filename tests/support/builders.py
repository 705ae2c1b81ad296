"""Small whole values of the library, for tests that care about one field of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from dlbox.host.identity import Identity
from dlbox.lockfile.source import UNLOCKED, LockSource
from dlbox.plan.plan import Plan, make_plan
from dlbox.settings.schema import Settings
from roles import ROLES

TODAY = date(2026, 11, 25)
GTX_1080_TI = "10de:1b06"

_DEBIAN_13 = Identity(
    system="debian-13",
    arch="x86_64",
    uid=0,
    systemd=True,
    clock=0,
    free_gb=100.0,
    sudo="none",
    foreign=(),
    pci_gpus=(),
)


def a_box(**changes: Any) -> Identity:
    """Return a Debian 13 machine without a card, with some fields changed."""
    return replace(_DEBIAN_13, **changes)


def some_settings(**data: Any) -> Settings:
    """Return the settings of good host data."""
    return ROLES.schema.parse(data)


def a_plan(
    box: Identity | None = None,
    source: LockSource = UNLOCKED,
    today: date = TODAY,
    **data: Any,
) -> Plan:
    """Return the plan of a box with these settings."""
    return make_plan(box or a_box(), some_settings(**data), today, ROLES, source)
