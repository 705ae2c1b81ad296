"""The boot of one box before and after a reboot, for tests that change one field of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone

from roles.nvidia_driver.reboot.facts import BootStatus, Intent

OLD, NEW = "6.12.94+deb13-amd64", "6.12.107+deb13-amd64"
DRIVER = "550.163.01"
ASKED = Intent("boot-1", NEW, DRIVER, datetime(2026, 11, 25, 14, 2, tzinfo=timezone.utc))
GOOD = BootStatus(
    boot="boot-2",
    running=NEW,
    following=NEW,
    installed=DRIVER,
    loaded=DRIVER,
    gpus=("0000:01:00.0",),
    modules={OLD: DRIVER, NEW: DRIVER},
)
STALE = replace(GOOD, boot="boot-1", loaded="535.261.03")
WHY = "module 535.261.03, driver 550.163.01 installed"
CARDLESS = replace(GOOD, gpus=(), loaded="")
