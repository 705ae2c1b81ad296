"""What stands against a driver on a box, whatever its cards."""

from __future__ import annotations

import re
from collections.abc import Iterator

from roles.stack.candidate import order
from roles.stack.offers import Unknown
from roles.stack.parts import Driver
from roles.stack.problem import Problem


def obstacles(problem: Problem, driver: Driver) -> Iterator[str]:
    """Yield each thing against it."""
    row = problem.catalog.drivers[driver.branch]
    if driver.version in row.withdrawn:
        yield f"{driver.version} was withdrawn"
    if driver.source == "nvidia" and driver.branch in problem.offer.nvidia.drivers_unknown:
        yield f"whether NVIDIA's repository for {problem.system} has branch {driver.branch} is unknown"
    if isinstance(row.until, Unknown) and driver.source == "nvidia":
        yield f"how long branch {driver.branch} is supported is unknown"
    for bad in problem.catalog.kernels:
        same = (bad.driver, bad.flavour) == (driver.version, driver.flavour)
        if same and problem.kernel and _from(problem.kernel, bad.series, bad.first):
            yield f"its {bad.flavour} modules do not compile on kernel {problem.kernel} ({bad.error})"


def _from(kernel: str, series: str, first: str) -> bool:
    # Whoever builds a kernel may put anything behind its number: 6.12.94-amd64, 6.12.107_lab.
    number = re.match(r"\d+(\.\d+)*", kernel)
    found = number.group() if number else ""
    return found.startswith(f"{series}.") and order(found) >= order(first)
