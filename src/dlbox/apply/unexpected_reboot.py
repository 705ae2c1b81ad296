"""Detect that others rebooted a box while dlbox worked on it."""

from __future__ import annotations

import time

import gevent  # type: ignore[import-untyped] # it has no types
from pyinfra.api import Host

from dlbox.apply.reconnect import answer

POLL_S = 5
BOOT_ID = "cat /proc/sys/kernel/random/boot_id"


def rebooted(before: str, after: str) -> str:
    """Return a message about the box if it was rebooted; empty: it was not, or it cannot be told."""
    if not before or not after or before == after:
        return ""
    return f"box rebooted during the run (boot id {before}->{after})"


def detect_unexpected_reboots(lost: dict[Host, str], patience_s: float = 240) -> dict[str, str]:
    """Return box -> message, for boxes whose connection was lost and that were rebooted.

    ``lost``: host -> its boot id at the beginning of the run. The function waits for all boxes
    at once, at most about ``patience_s`` seconds.
    """
    tasks = {
        host.name: gevent.spawn(_said, host, before, patience_s)
        for host, before in lost.items()
    }
    gevent.joinall(list(tasks.values()))
    return {name: task.value for name, task in tasks.items() if task.value}


def _said(host: Host, before: str, patience_s: float) -> str:
    end = time.monotonic() + patience_s
    while True:
        lines = answer(host, BOOT_ID, {})
        if lines or time.monotonic() >= end:
            return rebooted(before, "".join(lines or []))
        gevent.sleep(POLL_S)
