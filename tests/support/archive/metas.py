"""NVIDIA's packages beside the driver proper: its metapackages and Fabric Manager's."""

from __future__ import annotations

from tests.support.archive import debian
from tests.support.archive.driver import Driver
from tests.support.archive.stub import Stub

LAST_SUFFIXED = 580


def metas(tag: str, driver: Driver) -> list[Stub]:
    """Return nvidia-open and cuda-drivers: >= and not =, so they take the newest driver along."""
    b, at_least = driver.branch, f"(>= {driver.package})"
    proprietary: tuple[str, ...] = ("nvidia-driver",)
    opened: tuple[str, ...] = ("nvidia-driver-open",)
    if tag.startswith("debian"):
        base = ("nvidia-driver", "nvidia-driver-cuda")
        proprietary, opened = (*base, debian.MODULES[0]), (*base, debian.MODULES[1])
    elif b <= LAST_SUFFIXED:
        proprietary, opened = (f"nvidia-driver-{b}",), (f"nvidia-driver-{b}-open",)
    made = []
    for name, needs, other in (
        ("cuda-drivers", proprietary, "nvidia-open"),
        ("nvidia-open", opened, "cuda-drivers"),
    ):
        depends = tuple(f"{each} {at_least}" for each in needs)
        if b <= LAST_SUFFIXED:
            branch = Stub(
                f"{name}-{b}", driver.package, depends=depends, conflicts=(f"{other}-{b}",)
            )
            made.append(branch)
            depends = (f"{branch.name} {at_least}",)
        made.append(Stub(name, driver.package, depends=depends, conflicts=(other,)))
    return made


def fabric(driver: Driver) -> list[Stub]:
    """Return what only machines with NVSwitches need."""
    name = "nvidia-fabricmanager"
    return [
        driver.stub(name, source="fabricmanager", **driver.daemon(name)),
        *(
            driver.stub(each, source=each)
            for each in ("libnvidia-nscq", "libnvsdm", "nvidia-imex")
        ),
    ]
