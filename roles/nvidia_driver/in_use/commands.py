"""Commands that change the driver on a running box, and the services that they stop."""

from __future__ import annotations

from pathlib import Path

from pyinfra.api import QuoteString, StringCommand

from dlbox.shell import LIBRARY

SERVICES = (
    # A unit comes before those it depends on. NVIDIA's own units, according to their packages:
    # https://docs.nvidia.com/datacenter/dcgm/latest/learn/getting-started-for-system-administrators/systemd-service.html
    *("nvidia-dcgm-exporter", "dcgm-exporter", "nvidia-dcgm", "dcgm", "nvsm-core", "nvsm"),
    # NVIDIA ships no unit for MPS; people write one with these names.
    *("nvidia-mps", "nvidia-cuda-mps", "nvidia-cuda-mps-control"),
    *("nvidia-imex", "nvidia-fabricmanager", "nvidia-powerd", "nvidia-persistenced"),
)
"""Units that may be stopped for a change of the driver, in this order, and then started again.
Display managers are not among them: a session on the screen is a person's work."""
MODULES = ("nvidia_uvm", "nvidia_peermem", "nvidia_drm", "nvidia_modeset", "nvidia")
"""The driver's modules, in the order of unloading."""
RECORD = "/run/dlbox/driver-stopped"
"""What a run has stopped and not started again yet."""


def script(*names: str, package: str = "") -> str:
    """Return a shell script assembled from files beside this one; ``package`` contains libcuda.so.1."""
    words = {"SERVICES": SERVICES, "MODULES": MODULES, "RECORD": [RECORD], "PACKAGE": [package]}
    head = "".join(f"{name}='{' '.join(value)}'\n" for name, value in words.items())
    return (
        head
        + LIBRARY
        + "".join(
            (Path(__file__).parent / "shell" / f"{name}.sh").read_text(encoding="utf-8")
            for name in names
        )
    )


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
