"""The services and modules that belong to the driver itself."""

from __future__ import annotations

from pathlib import Path

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
    return head + "".join(
        (Path(__file__).parent / "shell" / f"{name}.sh").read_text(encoding="utf-8")
        for name in names
    )
