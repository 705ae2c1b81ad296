"""The driver as NVIDIA packs it for Ubuntu from 590 on: no branch in any name."""

from __future__ import annotations

from typing import Any

from tests.support.archive.driver import Driver
from tests.support.archive.stub import Stub

# Packages of the other era conflict with these names themselves; the flavours among each other.
ONE_MODULE: dict[str, Any] = {
    "provides": ("nvidia-dkms-kernel",),
    "conflicts": ("nvidia-dkms-kernel",),
    "replaces": ("nvidia-dkms-kernel",),
}


def driver_stubs(driver: Driver) -> list[Stub]:
    """Return all that is of one version of the driver, both flavours."""
    stub = driver.stub
    return [
        stub("nvidia-firmware", files=driver.firmware()),
        stub("nvidia-kernel-common", "nvidia-firmware"),
        stub("nvidia-modprobe"),
        stub("nvidia-persistenced", "libnvidia-cfg1", **driver.daemon("nvidia-persistenced")),
        stub("libnvidia-cfg1"),
        stub("libnvidia-gpucomp"),
        # Which package has nvidia-smi was not seen; with only these two installed it is there.
        stub(
            "libnvidia-compute",
            *("libnvidia-gpucomp", "libnvidia-cfg1", "nvidia-persistenced", "nvidia-modprobe"),
            executables=driver.nvidia_smi(),
            provides=("libcuda1", "nvidia-smi"),
            conflicts=("libcuda1",),
            **driver.libcuda(),
        ),
        stub("libnvidia-decode", "libnvidia-compute"),
        stub("libnvidia-gl"),
        stub("xserver-xorg-video-nvidia"),
        *_flavour(driver, "", other="-open"),
        *_flavour(driver, "-open", other=""),
    ]


def _flavour(driver: Driver, suffix: str, *, other: str) -> list[Stub]:
    stub = driver.stub
    source, modules = f"nvidia-kernel-source{suffix}", f"nvidia-dkms{suffix}"
    unlike = {"conflicts": (f"nvidia-kernel-source{other}",)}
    parts = ("libnvidia-decode", "libnvidia-gl", "xserver-xorg-video-nvidia")
    return [
        stub(source, files=driver.modules(), **unlike),
        stub(modules, source, "nvidia-kernel-common", **ONE_MODULE),
        stub(
            f"nvidia-headless-no-dkms{suffix}",
            source,
            "nvidia-kernel-common",
            "libnvidia-compute",
        ),
        stub(
            f"nvidia-driver{suffix}",
            *(modules, *parts),
            conflicts=(f"nvidia-driver{other}",),
        ),
    ]
