"""Software for NVSwitches: Fabric Manager at exactly the driver's version; NVLSM from NVLink 5 on."""

from __future__ import annotations

from collections.abc import Iterator

from dlbox.stack.candidate import Candidate, Chosen, Need, field_of
from dlbox.stack.catalog_schema import PackageNames
from dlbox.stack.components import Fabric
from dlbox.stack.problem import Problem


def _nvidias(chosen: Chosen) -> bool:
    driver = chosen["driver"]
    return driver.there and field_of(driver, "source") == "nvidia"


FROM_NVIDIA = Need(
    ("driver",),
    _nvidias,
    "it comes from NVIDIA's repository, and its driver must come from there too",
)


def _names(problem: Problem) -> PackageNames:
    rows = [row for row in problem.catalog.packages if row.fabric]
    return next(row for row in rows if row.family == problem.offer.family)


def managers(problem: Problem) -> Iterator[Candidate]:
    """Yield a Fabric Manager for each of NVIDIA's drivers."""
    package = _names(problem).fabric or ""
    for branch in problem.offer.nvidia.drivers:
        for version in problem.catalog.drivers[branch].versions:
            yield Candidate(
                layer="fabricmanager",
                version=version,
                row=Fabric(packages=(package,), pin=f"{version}-"),
                label=f"Fabric Manager {branch}",
                needs=(FROM_NVIDIA, _same_version(version)),
            )


def _same_version(version: str) -> Need:
    return Need(
        ("driver",),
        lambda chosen: chosen["driver"].version == version,
        f"Fabric Manager {version} works with driver {version} alone",
    )


def subnet_managers(problem: Problem) -> Iterator[Candidate]:
    """Yield NVLSM, which has its own version numbers that no source lists."""
    yield Candidate(
        layer="nvlsm",
        version="*",
        row=Fabric(packages=_names(problem).nvlsm, pin=""),
        label="NVLSM",
        needs=(FROM_NVIDIA,),
    )
