"""Compare a box after a reboot with what it must be."""

from __future__ import annotations

from collections.abc import Callable

from roles.nvidia_driver.reboot.facts import BootStatus, Intent

POLL_S = 5
SETTLE_S = 30
"""Time for what may still follow once systemd is up, such as a module that udev loads."""


def boot_fault(asked: Intent, seen: BootStatus) -> str:
    """Return what is wrong with a box whose boot id has changed; empty: nothing."""
    if seen.system == "maintenance":
        return "came back in emergency mode"
    if seen.running != asked.kernel:
        return f"came back with kernel {seen.running} where {asked.kernel} was expected"
    if seen.system not in ("running", "degraded"):
        return f"came back, but systemd is still {seen.system or 'not there'}"
    if seen.staged:
        return "came back without having changed the driver"
    return _module(asked.driver or seen.installed, seen)


def _module(driver: str, seen: BootStatus) -> str:
    if not driver:
        return ""
    if seen.others:
        return f"came back with {', '.join(seen.others)} in the driver's place"
    if seen.gpus and seen.loaded != driver:
        return (
            f"came back with module {seen.loaded or 'not loaded'} where {driver} was expected"
        )
    # Without a card the module reports that there is none, and unloads.
    if seen.module(seen.running) != driver:
        has = seen.module(seen.running) or "no module"
        return f"came back with {has} for its kernel where {driver} was expected"
    return ""


def final(asked: Intent, seen: BootStatus) -> bool:
    """Return whether waiting longer cannot resolve a fault."""
    return seen.system == "maintenance" or seen.running != asked.kernel


def wait_for_boot(
    asked: Intent,
    look: Callable[[], BootStatus | None],
    limit_s: float,
    clock: Callable[[], float],
    sleep: Callable[[float], None],
) -> str:
    """Wait for a box and return what is wrong with it; empty: it is as requested.

    ``look`` returns None as long as the box does not answer, whatever the reason.
    """
    end = clock() + limit_s
    settled: float | None = None
    while True:
        seen = look()
        late = clock() >= end
        if seen and seen.boot != asked.boot:
            bad = boot_fault(asked, seen)
            if seen.system in ("running", "degraded"):
                settled = clock() if settled is None else settled
            out = settled is not None and clock() - settled >= SETTLE_S
            if not bad or late or out or final(asked, seen):
                return bad
        elif late:
            return _missing(asked, limit_s, answers=seen is not None)
        sleep(POLL_S)


def _missing(asked: Intent, limit_s: float, *, answers: bool) -> str:
    since = f"(asked at {asked.asked:%H:%M}, boot id {asked.boot})"
    if answers:
        return f"did not reboot: boot id unchanged after {limit_s:.0f} s {since}"
    return f"did not return within {limit_s:.0f} s {since}"
