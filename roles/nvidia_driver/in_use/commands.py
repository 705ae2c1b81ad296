"""Change the driver under a box that runs."""

from __future__ import annotations

from pyinfra.api import QuoteString, StringCommand

from roles.nvidia_driver.in_use.services import script

BUSY = 75
"""Exit status of ``around`` when it has changed nothing, because the driver is in use."""


def run_unloaded(change: str, package: str) -> StringCommand:
    """Run ``change`` while nothing uses the driver; its exit status comes back.

    Services of the driver are stopped, its modules are unloaded, and both are brought back
    however the change ends: done, failed or signalled. ``package`` has libcuda.so.1.

    Where anybody's work holds the GPU, or a module cannot be unloaded, the change is not begun:
    going on would break every program that starts before the next reboot, with a new user space
    over the old module. What can only be changed by a reboot is staged. If the old module gets
    loaded again during the change, it is taken out again; if somebody's work holds it by then, the
    last line says ``reboot pending``.
    """
    text = script("users", "stop-restore", "run-unloaded", package=package)
    return StringCommand("sh -c", QuoteString(text), "around", QuoteString(change))


def restore_services() -> StringCommand:
    """Bring back what a run that was killed, and could not, had stopped: ``Use.stopped``."""
    return StringCommand("sh -c", QuoteString(script("users", "stop-restore", "resume")))


def wait_command(seconds: int) -> StringCommand:
    """Wait until nobody's work holds the GPU; exit 1, and say whose does, when it takes longer."""
    return StringCommand("sh -c", QuoteString(script("users", "wait")), "wait", str(seconds))
