"""Reboot a box, wait for it, and fail this box alone if it does not come back as it must."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pyinfra import logger
from pyinfra.api import Host, State

from dlbox.apply.reconnect import answer, ask
from dlbox.plan.result import Result
from roles.nvidia_driver.reboot.boot_check import wait_for_boot
from roles.nvidia_driver.reboot.facts import whole
from roles.nvidia_driver.reboot.intent import INTENT, Intent


@dataclass(frozen=True)
class RebootRequest:
    """Everything that a reboot needs."""

    asked: Intent
    ask: str
    """Shell code that requests the reboot."""
    look: str
    """Shell code that prints the outcome."""
    limit_s: int
    arguments: Mapping[str, Any]
    """How commands run on the box, for example with sudo."""


def fail(state: State, host: Host, result: Result, reason: str) -> bool:
    """Fail this box alone with our own message."""
    del state  # pyinfra recognises the arguments of a callback by their names
    result.failed = reason
    host.log_styled(reason, fg="red", log_func=logger.error)
    return False


def execute_reboot(state: State, host: Host, result: Result, order: RebootRequest) -> bool:
    """Reboot the box, wait for it, and return whether it came back as requested."""
    refusal = ask(host, order.ask, order.arguments)
    if refusal:
        return fail(state, host, result, f"could not be asked to reboot: {refusal}")
    bad = wait_for_boot(
        order.asked,
        lambda: whole(answer(host, order.look, order.arguments)),
        order.limit_s,
        time.monotonic,
        # pyinfra has replaced it by gevent's own, so that other boxes continue meanwhile.
        time.sleep,
    )
    if bad:
        return fail(state, host, result, bad)
    answer(host, f"rm -f {INTENT}", order.arguments)
    return True
