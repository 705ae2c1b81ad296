"""Commands that change the driver on a running box."""

from __future__ import annotations

from pyinfra.api import QuoteString, StringCommand

from roles.nvidia_driver.in_use.services import script

BUSY = 75
"""Exit status of ``around`` if it has changed nothing because the driver is in use."""


def run_unloaded(change: str, package: str) -> StringCommand:
    """Return the command that runs ``change`` while nothing uses the driver, with its exit status.

    It stops the driver's services, unloads its modules, and restores both however the change
    ends: done, failed or interrupted by a signal. ``package`` contains libcuda.so.1.

    If work holds the GPU, or a module cannot be unloaded, the change does not begin: it would
    break every program that starts before the next reboot, with a new user space over the old
    module. A change that needs a reboot is staged. If the old module is loaded again during the
    change, it is unloaded again; if work holds it by then, the last line is ``reboot pending``.
    """
    text = script("users", "stop-restore", "run-unloaded", package=package)
    return StringCommand("sh -c", QuoteString(text), "around", QuoteString(change))


def restore_services() -> StringCommand:
    """Return the command that starts what a killed run has left stopped: ``GpuUse.stopped``."""
    return StringCommand("sh -c", QuoteString(script("users", "stop-restore", "resume")))


def wait_command(seconds: int) -> StringCommand:
    """Return the command that waits until no work holds the GPU.

    It exits with 1 and names the work if that takes longer than ``seconds``.
    """
    return StringCommand("sh -c", QuoteString(script("users", "wait")), "wait", str(seconds))
