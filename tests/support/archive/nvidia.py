"""What NVIDIA's CUDA repository has for a distribution.

Sources: driver installation guides 595 to 615; a listing of ubuntu2404's index of 2026-07-21; the
sets of exact .deb files that others froze (580.65.06 and 610.57.04 for Ubuntu, 580.159.04 and
595.58.03 for Debian 12); NVIDIA/gpu-driver-container of 2026-08-17; read 2026-11-24. Seen there:
580's revision for Ubuntu is 0ubuntu1 up to 580.105.08 and 1ubuntu1 after it, Fabric Manager has had
no suffix since 580, nvidia-persistenced never had one. Inferred, and rather too strict than too lax:
which relations are exact, the conflicts in their details, the names of source packages, and which
package has nvidia-smi from 590 on for Ubuntu. All that is for a desktop is left out but for two
packages, whose presence tells that a desktop was installed.
"""

from __future__ import annotations

from collections.abc import Iterable

from tests.support.archive import debian, suffixed, unversioned
from tests.support.archive.driver import Driver
from tests.support.archive.metas import LAST_SUFFIXED, fabric, metas
from tests.support.archive.pinning import pinning
from tests.support.archive.stub import Stub
from tests.support.archive.toolkits import toolkits

VERSIONS = ("580.126.09", "580.159.03", "580.178.04", "595.71.05", "595.91.07", "610.43.03")
"""580.126.09 is the one to withdraw; 610 is the newer branch that nobody asked for."""
OLDEST = {"debian13": 590, "ubuntu2604": 595}
"""Tag -> the first branch there is; where nothing is said, all are."""
TOOLKITS = {
    "debian13": ("13.1", "13.2", "13.3"),
    "ubuntu2604": ("13.3",),
}
ALL_TOOLKITS = ("12.4", "12.6", "12.8", "12.9", "13.0", "13.1", "13.2", "13.3")


def offered(tag: str) -> tuple[str, ...]:
    """Return the versions a tag really has."""
    oldest = OLDEST.get(tag, 0)
    return tuple(version for version in VERSIONS if int(version[:3]) >= oldest)


def stubs(tag: str, versions: Iterable[str] | None = None) -> list[Stub]:
    """Return every package for a tag (ubuntu2404, debian13); None: what it really has."""
    chosen = tuple(offered(tag) if versions is None else versions)
    drivers = [_driver(tag, version) for version in chosen]
    own = [stub for driver in drivers for stub in _packages(tag, driver)]
    oldest = drivers[0].package if drivers else "0"
    made = toolkits(TOOLKITS.get(tag, ALL_TOOLKITS), drivers=f"cuda-drivers (>= {oldest})")
    sm = Stub("nvlsm", "2025.10.14-1", depends=("libibumad3",))
    return list({(stub.name, stub.version): stub for stub in (*own, *made, sm)}.values())


def _driver(tag: str, version: str) -> Driver:
    if tag.startswith("debian"):
        return Driver(version, "1", "nvidia-graphics-drivers")
    branch = int(version[:3])
    name = (
        f"nvidia-graphics-drivers-{branch}"
        if branch <= LAST_SUFFIXED
        else "nvidia-graphics-drivers"
    )
    return Driver(version, "1ubuntu1", name)


def _packages(tag: str, driver: Driver) -> list[Stub]:
    both = [*metas(tag, driver), *fabric(driver), *pinning(driver)]
    if tag.startswith("debian"):
        return [*debian.driver_stubs(driver), *both]
    if driver.branch > LAST_SUFFIXED:
        return [*unversioned.driver_stubs(driver), *both]
    return [*_suffixed(driver), *both]


def _suffixed(driver: Driver) -> list[Stub]:
    b, stub = driver.branch, driver.stub
    daemon, firmware = "nvidia-persistenced", f"nvidia-firmware-{b}"
    return [
        stub(firmware, files=driver.firmware(), **suffixed.only("nvidia-firmware")),
        stub("nvidia-modprobe"),
        stub(daemon, **driver.daemon(daemon)),
        stub(f"nvidia-compute-utils-{b}", daemon, **suffixed.only("nvidia-compute-utils")),
        *suffixed.common(driver, firmware=firmware),
        *suffixed.flavour(driver, ""),
        *suffixed.flavour(driver, "-open"),
    ]
