"""What of a box belongs to the driver itself: its services and its modules."""

from __future__ import annotations

from pathlib import Path

SERVICES = (
    # What stands on another one comes before it. NVIDIA's own units, by their packages:
    # https://docs.nvidia.com/datacenter/dcgm/latest/learn/getting-started-for-system-administrators/systemd-service.html
    *("nvidia-dcgm-exporter", "dcgm-exporter", "nvidia-dcgm", "dcgm", "nvsm-core", "nvsm"),
    # There is no unit of NVIDIA's for MPS; people write one by these names.
    *("nvidia-mps", "nvidia-cuda-mps", "nvidia-cuda-mps-control"),
    *("nvidia-imex", "nvidia-fabricmanager", "nvidia-powerd", "nvidia-persistenced"),
)
"""Units that may be stopped for a change of the driver, in that order, and started again.

No display manager: a session on the screen is somebody's work.
"""
MODULES = ("nvidia_uvm", "nvidia_peermem", "nvidia_drm", "nvidia_modeset", "nvidia")
"""In the order of unloading."""
RECORD = "/run/dlbox/driver-stopped"
"""What a run has stopped and not brought back yet."""


def script(*names: str, package: str = "") -> str:
    """Return shell put together from files beside this one; ``package`` has libcuda.so.1."""
    words = {"SERVICES": SERVICES, "MODULES": MODULES, "RECORD": [RECORD], "PACKAGE": [package]}
    head = "".join(f"{name}='{' '.join(value)}'\n" for name, value in words.items())
    return head + "".join(
        (Path(__file__).parent / "shell" / f"{name}.sh").read_text(encoding="utf-8")
        for name in names
    )
