"""Find how long a driver is supported, and what rules it out on a box, regardless of its cards."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from dlbox.stack.candidate import Candidate, field_of, version_key
from dlbox.stack.catalog_schema import Flavour, PackagedDriver, Unknown
from dlbox.stack.components import Driver, KernelFault
from dlbox.stack.problem import Problem


def until(problem: Problem, candidate: Candidate) -> date:
    """Return the last day of a driver's support; date.min: it has ended, on a day that was not seen."""
    source, branch = field_of(candidate, "source"), field_of(candidate, "branch")
    packaged = distro_row(problem, branch) if source == "distro" else None
    end = (
        packaged.until if packaged and packaged.until else problem.catalog.drivers[branch].until
    )
    return end if isinstance(end, date) else date.min


def distro_row(problem: Problem, branch: int) -> PackagedDriver:
    """Return the row of the driver that the distribution packages in a branch."""
    return next(row for row in problem.offer.drivers if row.branch == branch)


def obstacles(problem: Problem, driver: Driver) -> Iterator[str]:
    """Yield each reason against the driver."""
    row = problem.catalog.drivers[driver.branch]
    if driver.version in row.withdrawn:
        yield f"{driver.version} was withdrawn"
    if driver.source == "nvidia" and driver.branch in problem.offer.nvidia.drivers_unknown:
        yield f"whether NVIDIA's repository for {problem.system} has branch {driver.branch} is unknown"
    if isinstance(row.until, Unknown) and driver.source == "nvidia":
        yield f"how long branch {driver.branch} is supported is unknown"
    failing = driver.fails_on
    if failing and len(failing) == len(problem.kernels):
        yield f"its {driver.flavour} modules do not compile on kernel {failing[0].kernel} ({failing[0].error})"


def fails_on(problem: Problem, version: str, flavour: Flavour) -> tuple[KernelFault, ...]:
    """Return the installed kernels on which a driver's modules are known not to compile."""
    return tuple(
        KernelFault(kernel=kernel, error=bad.error)
        for kernel in problem.kernels
        for bad in problem.catalog.kernels
        if (bad.driver, bad.flavour) == (version, flavour)
        and _from(kernel, bad.series, bad.first)
    )


def numbers(kernel: str) -> tuple[int, ...]:
    """Return the sort key of a kernel release, e.g. 6.1.0-56-amd64."""
    return tuple(int(part) for part in re.findall(r"\d+", kernel))


def _from(kernel: str, series: str, first: str) -> bool:
    # The builder of a kernel can append anything to its number: 6.12.94-amd64, 6.12.107_lab.
    number = re.match(r"\d+(\.\d+)*", kernel)
    found = number.group() if number else ""
    return found.startswith(f"{series}.") and version_key(found) >= version_key(first)
