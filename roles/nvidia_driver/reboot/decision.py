"""Decide whether a box is rebooted now, and what is reported if it is not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from roles.nvidia_driver.reboot.boot_check import boot_fault
from roles.nvidia_driver.reboot.facts import BootStatus

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


def needed(state: BootStatus, wanted: str = "") -> str:
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
    why = needed(state, wanted)
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
