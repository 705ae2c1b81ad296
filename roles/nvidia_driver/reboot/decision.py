"""Decide whether a box may be rebooted, and what it must be afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

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


def is_final(asked: Intent, seen: BootStatus) -> bool:
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
            if not bad or late or out or is_final(asked, seen):
                return bad
        elif late:
            return _missing(asked, limit_s, answers=seen is not None)
        sleep(POLL_S)


def _missing(asked: Intent, limit_s: float, *, answers: bool) -> str:
    since = f"(asked at {asked.asked:%H:%M}, boot id {asked.boot})"
    if answers:
        return f"did not reboot: boot id unchanged after {limit_s:.0f} s {since}"
    return f"did not return within {limit_s:.0f} s {since}"


Policy = Literal["never", "if-needed", "now"]


@dataclass(frozen=True)
class Decision:
    """What to do with a box, and why."""

    action: Literal["nothing", "tell", "reboot", "fail"]
    """tell: the reboot is left to a person or to a later run."""
    reason: str = ""
    forget: bool = False
    """True if the request of an earlier run is settled, so that its note can be deleted."""


def expected(state: BootStatus, wanted: str) -> str:
    """Return the kernel that must run after a reboot."""
    return wanted or state.following


def reboot_reason(state: BootStatus, wanted: str = "") -> str:
    """Return why the box needs a reboot; empty: it does not. ``wanted``: the kernel that must run."""
    if wanted and state.running != wanted:
        return f"kernel {state.running} runs where {wanted} is wanted"
    if state.staged:
        return "the driver changes at the next boot"
    return "" if state.loaded == state.installed else _not_loaded(state)


def _not_loaded(state: BootStatus) -> str:
    running, driver = state.running, state.installed
    if not driver:
        return ""
    if state.others:
        return f"{', '.join(state.others)} is loaded in the driver's place"
    if state.gpus or state.loaded:
        return f"module {state.loaded or 'not loaded'}, driver {driver} installed"
    # Without a card no module stays loaded, so only the installed modules can be judged.
    if state.module(running) != driver and state.module(state.following) == driver:
        return f"kernel {running} has no module of driver {driver}, {state.following} has one"
    return ""


def decide(
    state: BootStatus,
    policy: Policy,
    *,
    wanted: str = "",
    local: bool = False,
    busy: tuple[str, ...] = (),
) -> Decision:
    """Return the decision.

    ``local`` says that dlbox itself runs on the box and would not survive the reboot. ``busy``
    lists who holds the GPU.
    """
    if state.container:
        return Decision("nothing")
    why = reboot_reason(state, wanted)
    failed = _failed(state, wanted)
    if policy == "never" and why:
        return Decision("tell", "; ".join(filter(None, (why, failed))))
    if failed and policy != "never":
        # Tried once without success: a box in a boot loop is worse than one that waits.
        return Decision("fail", f"{failed} | mend it, then reboot the box", forget=not why)
    if not why:
        return Decision("nothing", forget=state.intent is not None)
    obstacle = _obstacle(state, why, wanted)
    people = (*state.users, *state.inhibitors, *busy) if policy == "if-needed" else ()
    return obstacle or _when(state, why, people, local=local)


def _failed(state: BootStatus, wanted: str) -> str:
    """Return how an earlier reboot for the same purpose failed; empty: it succeeded, or there was none."""
    asked = state.intent
    if not asked or asked.boot == state.boot:
        return ""
    if asked.kernel != expected(state, wanted) or asked.driver not in ("", state.installed):
        return ""
    bad = boot_fault(asked, state)
    return f"after the reboot asked for at {asked.asked:%Y-%m-%d %H:%M} it {bad}" if bad else ""


def _obstacle(state: BootStatus, why: str, wanted: str) -> Decision | None:
    """Return the decision not to reboot because a reboot would be useless; None: it would help."""
    following, driver = state.following, state.installed
    if wanted and following != wanted:
        return Decision("fail", f"{why}; not rebooted: GRUB would boot {following}")
    if driver and not state.staged and state.module(following) != driver:
        has = state.module(following) or "none"
        return Decision(
            "fail", f"{why}; not rebooted: the module for kernel {following} is {has}"
        )
    return None


def _when(state: BootStatus, why: str, people: tuple[str, ...], *, local: bool) -> Decision:
    if local:
        return Decision("tell", f"{why}; dlbox does not reboot the machine it runs on")
    if state.system in ("", "offline"):
        return Decision("tell", f"{why}; init is not systemd")
    if people:
        return Decision("tell", f"{why}; waits for {', '.join(people)}")
    return Decision("reboot", why)
