"""What dpkg says of the box's packages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pyinfra.api import FactBase
from typing_extensions import override

from roles.box.answers import Lines


@dataclass(frozen=True)
class Package:
    """An installed package."""

    version: str
    source: str
    """Source package it was built from: what belongs together is built together."""
    held: bool


def packages(lines: Iterable[str]) -> dict[str, Package]:
    """Read ``name version status source`` lines of dpkg-query; only what is installed counts."""
    rows = [line.split() for line in lines]
    return {
        row[0].removesuffix(":amd64"): Package(
            version=row[1], source=row[3], held=row[2].startswith("h")
        )
        for row in rows
        if len(row) == len(("name", "version", "status", "source")) and row[2].endswith("i")
    }


QUERY = (
    r"dpkg-query -W -f '${binary:Package} ${Version} ${db:Status-Abbrev} ${source:Package}\n'"
)


class InstalledPackages(FactBase[dict[str, Package]]):
    """Name -> package, for all that is installed."""

    @override
    def command(self, *args: Any, **kwargs: Any) -> str:
        return QUERY

    @staticmethod
    @override
    def default() -> dict[str, Package]:
        return {}

    @override
    def process(self, output: Iterable[str]) -> dict[str, Package]:
        return packages(output)


DRIVER_SOURCES = ("nvidia-graphics-drivers", "nvidia-open-gpu-kernel-modules")
"""Debian's source packages of the driver: user space with proprietary modules, open modules."""

GPU_SOURCES = (*DRIVER_SOURCES, "nvidia-persistenced", "nvidia-cuda-toolkit")
"""Debian's source packages whose binaries must move together, or not at all."""


def of_stack(package: Package, sources: Iterable[str], pin: str = "") -> bool:
    """Whether a package is of the GPU stack: by the source it was built from, or by its version.

    NVIDIA's and Ubuntu's driver packages share one version, and no name of a source.
    """
    return package.source in sources or bool(pin and package.version.startswith(pin))


class DpkgFaults(Lines):
    """Lines of dpkg's own complaint about packages that are not properly installed."""

    @override
    def command(self, *args: Any, **kwargs: Any) -> str:
        return "dpkg --audit"
