"""Reboot a box whose driver needs it, at the end of a run, and check what came back."""

from __future__ import annotations

import time
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pyinfra import host, logger
from pyinfra.api import FunctionCommand, Host, State, StringCommand, deploy, operation
from pyinfra.api.arguments import CONNECTOR_ARGUMENT_KEYS

from dlbox.apply.reconnect import request_reboot, run_and_read
from dlbox.plan.plan import Plan
from dlbox.plan.result import Result
from roles.nvidia_driver.in_use.facts import GpuHolders, format_users
from roles.nvidia_driver.reboot.decision import Policy, decide, expected, wait_for_boot
from roles.nvidia_driver.reboot.facts import (
    INTENT,
    BootState,
    BootStatus,
    Intent,
    parse_boot,
    script,
)
from roles.nvidia_driver.settings import NvidiaDriver


@dataclass(frozen=True)
class RebootRequest:
    """Everything that a reboot needs."""

    asked: Intent
    command: str
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
    refusal = request_reboot(host, order.command, order.arguments)
    if refusal:
        return fail(state, host, result, f"could not be asked to reboot: {refusal}")
    bad = wait_for_boot(
        order.asked,
        lambda: parse_boot(run_and_read(host, order.look, order.arguments)),
        order.limit_s,
        time.monotonic,
        # pyinfra has replaced it by gevent's own, so that other boxes continue meanwhile.
        time.sleep,
    )
    if bad:
        return fail(state, host, result, bad)
    run_and_read(host, f"rm -f {INTENT}", order.arguments)
    return True


OWN_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
WALL = "dlbox reboots this machine now: {why}"


@deploy("Reboot")
def reboot_if_needed(plan: Plan, result: Result, kernel: str = "") -> None:
    """Reboot the box if its driver needs it; ``kernel`` is the one that must run, if any."""
    settings = plan.settings[NvidiaDriver]
    if plan.stack.driver:
        reboot(
            name="Reboot where the driver needs it",
            package=plan.stack.driver.libcuda,
            policy=settings.reboot,
            timeout_s=settings.reboot_timeout_s,
            kernel=kernel,
            result=result,
        )


@operation()
def reboot(
    package: str, policy: Policy, timeout_s: int, result: Result, kernel: str = ""
) -> Generator[FunctionCommand | StringCommand, None, None]:
    """Reboot the box if it needs it and nothing prevents it, and verify what came back."""
    seen = host.get_fact(BootState, package=package)
    if seen is None:
        return  # pyinfra has failed this box
    busy = _busy() if policy == "if-needed" and seen.loaded else ()
    decision = decide(seen, policy, wanted=kernel, local=_is_controller(seen), busy=busy)
    result.reboot = decision.reason if decision.action == "tell" else None
    if decision.forget:
        yield StringCommand("rm", "-f", INTENT)
    if decision.action == "fail":
        yield FunctionCommand(fail, (result, decision.reason), {})
    elif decision.action == "reboot":
        asked = Intent(
            boot=seen.boot,
            kernel=expected(seen, kernel),
            driver="" if seen.staged else seen.installed,
            asked=datetime.now().astimezone(),
        )
        order = RebootRequest(
            asked,
            command=script(
                "request.sh", asked.text(), policy, WALL.format(why=decision.reason)
            ),
            look=script("boot-state.sh", package),
            limit_s=timeout_s,
            arguments=_arguments(),
        )
        yield FunctionCommand(execute_reboot, (result, order), {})
    else:
        host.noop(decision.reason or "no reboot is needed")


def _arguments() -> dict[str, Any]:
    given: Mapping[str, Any] = host.current_op_global_arguments or {}
    return {key: given[key] for key in CONNECTOR_ARGUMENT_KEYS if key in given}


def _busy() -> tuple[str, ...]:
    """Return who holds the GPU; such work needs no login session."""
    work = host.get_fact(GpuHolders).work
    return (f"the GPU, in use by {format_users(work)}",) if work else ()


def _is_controller(seen: BootStatus) -> bool:
    own = OWN_BOOT_ID.read_text(encoding="ascii").strip() if OWN_BOOT_ID.exists() else ""
    return host.name == "@local" or seen.boot == own
