"""Reboot a box, wait for it, and fail it alone where it does not come back as it should."""

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
    """What a reboot takes."""

    asked: Intent
    ask: str
    """Shell that asks for it."""
    look: str
    """Shell that tells what came of it."""
    limit_s: int
    arguments: Mapping[str, Any]
    """How commands are run on the box, such as with sudo."""


def fail(state: State, host: Host, result: Result, reason: str) -> bool:
    """Fail this box alone, in words of ours."""
    del state  # by its name pyinfra tells what a callback takes
    result.failed = reason
    host.log_styled(reason, fg="red", log_func=logger.error)
    return False


def execute_reboot(state: State, host: Host, result: Result, order: RebootRequest) -> bool:
    """Reboot the box and wait for it."""
    refusal = ask(host, order.ask, order.arguments)
    if refusal:
        return fail(state, host, result, f"could not be asked to reboot: {refusal}")
    bad = wait_for_boot(
        order.asked,
        lambda: whole(answer(host, order.look, order.arguments)),
        order.limit_s,
        time.monotonic,
        # gevent's own since pyinfra has patched it, so that other boxes go on meanwhile.
        time.sleep,
    )
    if bad:
        return fail(state, host, result, bad)
    answer(host, f"rm -f {INTENT}", order.arguments)
    return True
