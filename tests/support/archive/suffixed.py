"""The driver in packages that carry their branch: NVIDIA's for Ubuntu up to 580, Ubuntu's own."""

from __future__ import annotations

from typing import Any

from tests.support.archive.driver import Driver
from tests.support.archive.stub import Stub


def only(name: str, also: str = "") -> dict[str, tuple[str, ...]]:
    """Return the relations of which only one can be installed, of whatever branch or era."""
    names = (name, also) if also else (name,)
    return {"provides": names, "conflicts": names, "replaces": names}


def common(driver: Driver, *, firmware: str) -> list[Stub]:
    """Return what both flavours of modules need, and the libraries."""
    b, stub = driver.branch, driver.stub
    named: dict[str, Any] = {
        name: only(name)
        for name in (
            "nvidia-kernel-common",
            "libnvidia-compute",
            "libnvidia-decode",
            "libnvidia-gl",
        )
    }
    return [
        stub(f"nvidia-kernel-common-{b}", firmware, **named["nvidia-kernel-common"]),
        stub(f"libnvidia-cfg1-{b}", **only("libnvidia-cfg1", "libnvidia-cfg1-any")),
        stub(f"libnvidia-gpucomp-{b}", **only("libnvidia-gpucomp")),
        stub(
            f"libnvidia-compute-{b}",
            f"libnvidia-gpucomp-{b}",
            **driver.libcuda(),
            **only("libnvidia-compute", "libcuda1"),
        ),
        stub(f"libnvidia-decode-{b}", f"libnvidia-compute-{b}", **named["libnvidia-decode"]),
        stub(f"libnvidia-gl-{b}", **named["libnvidia-gl"]),
        stub(f"xserver-xorg-video-nvidia-{b}", **only("xserver-xorg-video-nvidia")),
        stub(
            f"nvidia-utils-{b}",
            f"libnvidia-compute-{b}",
            executables=driver.nvidia_smi(),
            **only("nvidia-utils", "nvidia-smi"),
        ),
    ]


def flavour(driver: Driver, suffix: str) -> list[Stub]:
    """Return what only one flavour of modules has: "" proprietary, "-open" open."""
    b, stub = driver.branch, driver.stub
    libraries = [
        f"{name}-{b}" for name in ("libnvidia-cfg1", "libnvidia-decode", "nvidia-utils")
    ]
    desktop = [f"{name}-{b}" for name in ("libnvidia-gl", "xserver-xorg-video-nvidia")]
    headless = f"nvidia-headless-no-dkms-{b}{suffix}"
    source = f"nvidia-kernel-source-{b}{suffix}"
    modules = f"nvidia-dkms-{b}{suffix}"
    return [
        stub(source, files=driver.modules(), **only("nvidia-kernel-source")),
        stub(
            modules,
            source,
            f"nvidia-kernel-common-{b}",
            **only("nvidia-dkms-kernel", "nvidia-dkms"),
        ),
        stub(
            headless,
            *(
                source,
                f"nvidia-kernel-common-{b}",
                f"libnvidia-compute-{b}",
                f"libnvidia-cfg1-{b}",
            ),
            f"nvidia-compute-utils-{b}",
        ),
        stub(f"nvidia-headless-{b}{suffix}", headless, modules),
        stub(
            f"nvidia-driver-{b}{suffix}",
            *(modules, *libraries, f"nvidia-compute-utils-{b}", *desktop),
            **only("nvidia-driver"),
        ),
    ]
