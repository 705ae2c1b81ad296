"""Drivers: every branch, source and module flavour that a system offers; Fabric Manager with them."""

from __future__ import annotations

from collections.abc import Iterator

from dlbox.stack.candidate import Candidate, Chosen, Need, field_of, version_key
from dlbox.stack.catalog_schema import Flavour, PackageNames, Source, Unknown
from dlbox.stack.components import Driver, Fabric
from dlbox.stack.gpus import Gpu
from dlbox.stack.problem import Problem
from dlbox.stack.support import fails_on, obstacles, until


def _nvidias(chosen: Chosen) -> bool:
    driver = chosen["driver"]
    return driver.there and field_of(driver, "source") == "nvidia"


FROM_NVIDIA = Need(
    ("driver",),
    _nvidias,
    "it comes from NVIDIA's repository, and its driver must come from there too",
)


def _fabric_names(problem: Problem) -> PackageNames:
    rows = [row for row in problem.catalog.packages if row.fabric]
    return next(row for row in rows if row.family == problem.offer.family)


def managers(problem: Problem) -> Iterator[Candidate]:
    """Yield a Fabric Manager for each of NVIDIA's drivers."""
    package = _fabric_names(problem).fabric or ""
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
        row=Fabric(packages=_fabric_names(problem).nvlsm, pin=""),
        label="NVLSM",
        needs=(FROM_NVIDIA,),
    )


OPEN_BY_DEFAULT_SINCE = 560
"""The first branch whose NVIDIA installer prefers the open modules (NVIDIA's blog, July
2024)."""
OWNER = {"distro": "the distribution's", "nvidia": "NVIDIA's"}


def candidates(problem: Problem) -> Iterator[Candidate]:
    """Yield every driver that an apt source has for the system."""
    for packaged in problem.offer.drivers:
        for flavour in problem.catalog.drivers[packaged.branch].flavours:
            yield _candidate(problem, "distro", packaged.branch, packaged.version, flavour)
    for branch in (*problem.offer.nvidia.drivers, *problem.offer.nvidia.drivers_unknown):
        row = problem.catalog.drivers[branch]
        for version in (*row.versions, *row.withdrawn):
            for flavour in row.flavours:
                yield _candidate(problem, "nvidia", branch, version, flavour)


def _candidate(
    problem: Problem, source: Source, branch: int, version: str, flavour: Flavour
) -> Candidate:
    names = _names(problem, source, branch)
    filled = {"branch": branch, "version": version}
    driver = Driver(
        branch=branch,
        version=version,
        # A distribution updates its driver within the branch; NVIDIA's repository keeps old versions.
        pin=f"{branch}." if source == "distro" else f"{version}-",
        flavour=flavour,
        source=source,
        module=names.module[flavour].format(**filled),
        same=tuple(name.format(**filled) for name in names.same),
        own=names.own,
        desktop=tuple(name.format(**filled) for name in names.desktop),
        cuda=problem.catalog.drivers[branch].cuda,
        fails_on=fails_on(problem, version, flavour),
    )
    return Candidate(
        layer="driver",
        version=version,
        row=driver,
        label=f"{OWNER[source]} driver {branch} ({flavour})",
        words={"flavour": flavour, "driver_source": source},
        faults=tuple(obstacles(problem, driver)),
    )


def _names(problem: Problem, source: Source, branch: int) -> PackageNames:
    for row in problem.catalog.packages:
        first, last = row.branches
        matches = (row.source, row.family) == (source, problem.offer.family)
        if matches and (first or branch) <= branch <= (last or branch):
            return row
    msg = f"catalog/packages.yaml names no packages of {source} {branch} for {problem.system}"
    raise LookupError(msg)


def objection(problem: Problem, candidate: Candidate, gpu: Gpu) -> str | None:
    """Return why this driver does not drive the card; None: it does."""
    driver: Driver = candidate.row  # type: ignore[assignment]  # only drivers come here
    name, row = problem.architecture(gpu)
    first = row.first_driver_by_id.get(gpu.id, row.first_driver)
    if row.last_driver and driver.branch > row.last_driver:
        return f"branch {driver.branch} does not drive a {gpu.name} ({name}); its last is {row.last_driver}"
    if first and driver.branch < first:
        return f"branch {driver.branch} does not drive a {gpu.name} ({name}); it needs {first} or newer"
    if isinstance(row.flavours, Unknown):
        return f"which kernel modules drive a {gpu.name} ({name}) is unknown"
    if driver.flavour not in row.flavours:
        return f"there are no {driver.flavour} modules for a {gpu.name} ({name})"
    return None


def rank(problem: Problem, candidate: Candidate, chosen: Chosen) -> tuple[object, ...]:
    """Return the sort key: the distribution's own while supported, longest supported, newest.

    The distribution's own driver gets its security updates and its tests, and needs no second
    source beside it.
    """
    del chosen
    driver: Driver = candidate.row  # type: ignore[assignment]  # only drivers come here
    prefer_open = driver.branch >= OPEN_BY_DEFAULT_SINCE
    end = until(problem, candidate)
    return (
        problem.remedy == "flavour" and bool(driver.fails_on),
        driver.source != "distro" or end < problem.today,
        -end.toordinal(),
        driver.source != "distro",
        -driver.branch,
        tuple(-part for part in version_key(driver.version)),
        prefer_open != (driver.flavour == "open"),
    )
