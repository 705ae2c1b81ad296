"""NVIDIA's packages that pin the driver: all they hold is a file of apt preferences."""

from __future__ import annotations

from tests.support.archive.driver import Driver
from tests.support.archive.stub import Stub

PIN_FILE = "/etc/apt/preferences.d/nvidia-driver-pin"
WHAT = (
    "cuda-drivers* src:nvidia-open:any src:{source}:any nvidia-modprobe nvidia-persistenced"
    " nvidia-fabricmanager libnvidia-nscq libnvsdm nvidia-imex"
)
ONE: tuple[str, ...] = ("nvidia-driver-pinning",)


def pinning(driver: Driver) -> list[Stub]:
    """Return the package of the branch and the one of the full version; one at a time."""
    return [_stub(driver, driver.version), _stub(driver, str(driver.branch))]


def _stub(driver: Driver, what: str) -> Stub:
    version = f"{what}-*" if "." in what else f"{what}.*"
    text = (
        f"# STUB made by dlbox's tests\nPackage: {WHAT.format(source=driver.source)}\n"
        f"Pin: version {version}\nPin-Priority: 1000\n"
    )
    return Stub(
        f"nvidia-driver-pinning-{what}",
        driver.package,
        architecture="all",
        provides=ONE,
        conflicts=ONE,
        replaces=ONE,
        files={PIN_FILE: text},
    )
