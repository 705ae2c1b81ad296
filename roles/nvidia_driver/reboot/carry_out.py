"""Reboot a box, wait for it, and fail it alone where it does not come back as it should."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pyinfra import logger
from pyinfra.api import Host, State

from roles.box.outcome import outcome
from roles.nvidia_driver.reboot.facts import whole
from roles.nvidia_driver.reboot.intent import INTENT, Intent
from roles.nvidia_driver.reboot.link import answer, ask
from roles.nvidia_driver.reboot.proof import came_back


@dataclass(frozen=True)
class Order:
    """What a reboot takes."""

    asked: Intent
    ask: str
    """Shell that asks for it."""
    look: str
    """Shell that tells what came of it."""
    limit_s: int
    arguments: Mapping[str, Any]
    """How commands are run on the box, such as with sudo."""


def fail(state: State, host: Host, reason: str) -> bool:
    """Fail this box alone, in words of ours."""
    del state  # by its name pyinfra tells what a callback takes
    outcome(host.name).failed = reason
    host.log_styled(reason, fg="red", log_func=logger.error)
    return False


def carry_out(state: State, host: Host, order: Order) -> bool:
    """Reboot the box and wait for it."""
    refusal = ask(host, order.ask, order.arguments)
    if refusal:
        return fail(state, host, f"could not be asked to reboot: {refusal}")
    bad = came_back(
        order.asked,
        lambda: whole(answer(host, order.look, order.arguments)),
        order.limit_s,
        time.monotonic,
        # gevent's own since pyinfra has patched it, so that other boxes go on meanwhile.
        time.sleep,
    )
    if bad:
        return fail(state, host, bad)
    answer(host, f"rm -f {INTENT}", order.arguments)
    return True
