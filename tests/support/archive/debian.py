"""The driver as NVIDIA packs it for Debian: the same names in both eras."""

from __future__ import annotations

from tests.support.archive.driver import LIBRARIES, Driver
from tests.support.archive.stub import Stub

MODULES = ("nvidia-kernel-dkms", "nvidia-kernel-open-dkms")


def driver_stubs(driver: Driver) -> list[Stub]:
    """Return all that is of one version of the driver, both flavours."""
    stub = driver.stub
    return [
        stub("firmware-nvidia-gsp", files=driver.firmware()),
        stub("nvidia-kernel-support", "nvidia-modprobe"),
        stub("nvidia-modprobe"),
        stub("nvidia-persistenced", "libnvidia-cfg1", **driver.daemon("nvidia-persistenced")),
        stub("libnvidia-cfg1"),
        stub("libnvidia-gpucomp"),
        stub("libnvidia-ptxjitcompiler1"),
        stub("libnvidia-ml1", files={f"{LIBRARIES}/nvidia/STUB": "libnvidia-ml.so.1\n"}),
        # It recommends the modules: a box that takes recommendations gets a flavour unasked.
        stub(
            "libcuda1",
            *("libnvidia-ptxjitcompiler1", "libnvidia-gpucomp"),
            recommends=(
                f"{MODULES[0]} (= {driver.package}) | {MODULES[1]} (= {driver.package})",
            ),
            **driver.libcuda(),
        ),
        stub(
            "nvidia-driver-cuda",
            *("libcuda1", "libnvidia-ml1", "libnvidia-cfg1", "nvidia-persistenced"),
            executables=driver.nvidia_smi(),
            provides=("nvidia-smi",),
            conflicts=("nvidia-smi",),
            replaces=("nvidia-smi",),
        ),
        *(
            stub(
                name,
                *("firmware-nvidia-gsp", "nvidia-kernel-support"),
                files=driver.modules(),
                provides=("nvidia-kernel-modules",),
                conflicts=("nvidia-kernel-modules", "nvidia-open-kernel-dkms"),
            )
            for name in MODULES
        ),
        stub("libnvidia-gl"),
        stub("xserver-xorg-video-nvidia"),
        stub("nvidia-driver", "libnvidia-gl", "xserver-xorg-video-nvidia", "libnvidia-cfg1"),
    ]
