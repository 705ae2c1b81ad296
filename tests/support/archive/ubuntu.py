"""What Ubuntu's own archive has of the driver and of CUDA.

Sources: Ubuntu's package pages of jammy, noble and resolute, stored copies of 2026. Unlike NVIDIA's own
packages, these have a branch in every name, nvidia-persistenced in nvidia-compute-utils and the full
version in the name of the firmware's package, which shares files with NVIDIA's nvidia-firmware
without a conflict between them.
"""

from __future__ import annotations

from collections.abc import Iterable

from tests.support.archive import suffixed
from tests.support.archive.driver import Driver
from tests.support.archive.stub import Stub

MAKER = "Ubuntu's"
RELEASES = {"jammy": "22.04", "noble": "24.04", "resolute": "26.04"}
VERSIONS = ("580.126.09", "580.159.03", "595.71.05")
CUDA = {
    "jammy": "11.5.1-1ubuntu1",
    "noble": "12.0.140~12.0.1-4build4",
    "resolute": "12.4.131~12.4.1-8",
}


def components(codename: str, versions: Iterable[str] = VERSIONS) -> dict[str, list[Stub]]:
    """Return component -> packages, as `repository.suites` takes them."""
    drivers = [_driver(codename, version) for version in versions]
    return {
        "main": [],
        "restricted": [stub for driver in drivers for stub in _packages(driver)],
        "multiverse": [
            *(stub for driver in drivers for stub in _fabric(driver)),
            Stub(
                "nvidia-cuda-toolkit", CUDA[codename], source="nvidia-cuda-toolkit", maker=MAKER
            ),
        ],
    }


def _driver(codename: str, version: str) -> Driver:
    source = f"nvidia-graphics-drivers-{version[:3]}"
    return Driver(version, f"0ubuntu0.{RELEASES[codename]}.1", source, MAKER)


def _packages(driver: Driver) -> list[Stub]:
    b, daemon = driver.branch, "nvidia-persistenced"
    firmware = f"nvidia-firmware-{b}-{driver.version}"
    utils = {**driver.daemon(daemon), **suffixed.only(daemon)}
    return [
        driver.stub(firmware, files=driver.firmware()),
        driver.stub(f"nvidia-compute-utils-{b}", f"libnvidia-compute-{b}", **utils),
        *suffixed.common(driver, firmware=firmware),
        *suffixed.flavour(driver, ""),
        *suffixed.flavour(driver, "-open"),
    ]


def _fabric(driver: Driver) -> list[Stub]:
    name, server = "nvidia-fabricmanager", f"nvidia-kernel-common-{driver.branch}-server"
    # It asks for the -server flavour of the driver, which these stubs do not have.
    needs = (f"{server}-{driver.version}",)
    return [driver.stub(f"{name}-{driver.branch}", depends=needs, **driver.daemon(name))]
