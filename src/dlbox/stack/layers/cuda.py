"""CUDA toolkits from the distribution, from wheels and from NVIDIA's repository; cuda-compat."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from dlbox.stack.candidate import Candidate, Chosen, Need, field_of, version_key
from dlbox.stack.catalog_schema import Unknown
from dlbox.stack.components import Compat, Toolkit
from dlbox.stack.gpus import Gpu, runs_on
from dlbox.stack.problem import Problem


def compats(problem: Problem) -> Iterator[Candidate]:
    """Yield a candidate for each cuda-compat package."""
    for release, row in problem.catalog.compat.items():
        over = row.over
        name = f"cuda-compat-{release.replace('.', '-')}"
        branches = () if isinstance(over, Unknown) else over
        need = Need(
            ("driver",),
            lambda chosen, over=branches: (  # type: ignore[misc]  # the default binds this turn's
                chosen["driver"].there and field_of(chosen["driver"], "branch") in over
            ),
            f"{name} works over driver {' '.join(map(str, branches))} alone",
        )
        yield Candidate(
            layer="cuda_compat",
            version=release,
            row=Compat(release=release, package=name),
            label=name,
            needs=(need,),
            faults=tuple(_compat_faults(problem, release, name)),
        )


def _compat_faults(problem: Problem, release: str, name: str) -> Iterator[str]:
    if isinstance(problem.catalog.compat[release].over, Unknown):
        yield f"over which drivers {name} works is unknown"
    if release not in problem.offer.nvidia.toolkits:
        yield f"NVIDIA's repository for {problem.system} is not known to have {name}"


def no_data_centre(problem: Problem, candidate: Candidate, gpu: Gpu) -> str | None:
    """Return why cuda-compat has no effect on the card; None: it works."""
    del problem, candidate
    return (
        None if gpu.data_centre else f"cuda-compat is for data centre cards, not a {gpu.name}"
    )


SOURCES = ("distro", "wheels", "nvidia")
WORDS = {"distro": "the distribution's", "wheels": "from wheels", "nvidia": "NVIDIA's"}
NVIDIA_GB = 7.0
"""Size (GB) of a toolkit from NVIDIA's repository according to its documentation; not measured
by us."""


def runs(release: str, min_driver: int) -> Need:
    """Return the need for a driver, or for a cuda-compat over it, that runs what ``release`` builds."""

    def met(chosen: Chosen) -> bool:
        driver, compat = chosen["driver"], chosen["cuda_compat"]
        if compat.version and version_key(compat.version) >= version_key(release):
            return True
        # A box without a GPU only compiles.
        return not driver.there or field_of(driver, "branch") >= min_driver

    why = f"CUDA {release} needs driver {min_driver} or newer"
    return Need(("driver", "cuda_compat"), met, why)


def toolkits(problem: Problem) -> Iterator[Candidate]:
    """Yield the toolkits from every source."""
    for packaged in problem.offer.toolkits:
        yield _candidate(problem, packaged.release, "distro", packaged.home)
    for release, wheel in problem.catalog.cuda.wheels.items():
        yield _candidate(problem, release, "wheels", wheel.home, wheel.disk_gb)
    nvidia = problem.offer.nvidia
    for release in (*nvidia.toolkits, *nvidia.toolkits_unknown):
        yield _candidate(problem, release, "nvidia", f"/usr/local/cuda-{release}", NVIDIA_GB)


def _candidate(
    problem: Problem,
    release: str,
    source: Literal["distro", "wheels", "nvidia"],
    home: str,
    disk_gb: float = 3.0,
) -> Candidate:
    major = problem.catalog.cuda.majors[version_key(release)[0]]
    packages = {
        "distro": "nvidia-cuda-toolkit",
        "nvidia": f"cuda-toolkit-{release.replace('.', '-')}",
    }
    toolkit = Toolkit(
        release=release,
        source=source,
        home=home,
        min_driver=major.min_driver,
        package=packages.get(source),
        lock=f"cuda-{release}" if source == "wheels" else None,
        disk_gb=disk_gb,
    )
    return Candidate(
        layer="cuda",
        version=release,
        row=toolkit,
        label=f"CUDA {release} ({WORDS[source]})",
        needs=(runs(release, major.min_driver),),
        faults=tuple(_faults(problem, release, source)),
    )


def _faults(problem: Problem, release: str, source: str) -> Iterator[str]:
    if source == "nvidia" and release in problem.offer.nvidia.toolkits_unknown:
        yield f"whether NVIDIA's repository for {problem.system} has CUDA {release} is unknown"


def objection(problem: Problem, candidate: Candidate, gpu: Gpu) -> str | None:
    """Return why this toolkit cannot compile for the card; None: it can."""
    archs = problem.catalog.cuda.toolkits[str(candidate.version)].archs
    if isinstance(archs, Unknown):
        return f"which cards CUDA {candidate.version} compiles for is unknown"
    if runs_on(gpu.capability, archs):
        return None
    return f"CUDA {candidate.version} does not compile for a {gpu.name} ({gpu.sm})"


def rank(problem: Problem, candidate: Candidate, chosen: Chosen) -> tuple[object, ...]:
    """Return the sort key: fully supported by the driver, newest, from the distribution, from wheels."""
    row = problem.catalog.cuda.toolkits[str(candidate.version)]
    driver, compat = chosen["driver"], chosen["cuda_compat"]
    branch = field_of(driver, "branch") if driver.there else None
    newer = compat.version and version_key(compat.version) >= version_key(
        str(candidate.version)
    )
    return (
        not (newer or runs_in_full(row.own_driver, branch)),
        tuple(-part for part in version_key(str(candidate.version))),
        SOURCES.index(field_of(candidate, "source")),
    )


def runs_in_full(own_driver: int | Unknown, branch: int | None) -> bool:
    """Return whether a driver of this branch supports the whole toolkit: its PTX and every feature."""
    return branch is None or (not isinstance(own_driver, Unknown) and own_driver <= branch)
