"""Load the catalogue as typed rows, and list everything that is unknown in it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from dlbox.catalog import read
from dlbox.stack.catalog_schema import (
    AptSource,
    Architecture,
    BadKernel,
    Branch,
    Compat,
    FrameworkName,
    FrameworkRow,
    LibraryRow,
    PackageNames,
    Row,
    System,
    Toolkits,
    Unknown,
)
from dlbox.stack.gpus import NvSwitch


class Catalog(Row):
    """Every fact that the solver uses; each field is one file of catalog/."""

    architectures: dict[str, Architecture]
    drivers: dict[int, Branch]
    systems: dict[str, System]
    sources: dict[str, AptSource]
    packages: tuple[PackageNames, ...]
    cuda: Toolkits
    compat: dict[str, Compat]
    libraries: dict[str, tuple[LibraryRow, ...]]
    frameworks: dict[FrameworkName, tuple[FrameworkRow, ...]]
    kernels: tuple[BadKernel, ...]
    nvswitches: dict[str, NvSwitch]


@cache
def catalog() -> Catalog:
    """Return the catalogue that dlbox ships."""
    return Catalog(**{table: read(table) for table in Catalog.model_fields})


def unknowns(row: object, place: str = "") -> Iterator[tuple[str, str]]:
    """Yield (place in the catalogue, what would settle it) for every unknown fact below ``row``."""
    if isinstance(row, Unknown):
        yield place, row.unknown
    elif isinstance(row, Row):
        for field in type(row).model_fields:
            yield from unknowns(getattr(row, field), f"{place} {field}".strip())
    elif isinstance(row, dict):
        for key, value in row.items():
            yield from unknowns(value, f"{place} {key}".strip())
    elif isinstance(row, tuple):
        for value in row:
            known = getattr(value, "version", "")
            yield from unknowns(value, f"{place} {known}".strip())
