"""What dpkg says of the box's packages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from pyinfra.api import FactBase, QuoteString, StringCommand
from typing_extensions import override

from dlbox.fact_base import LinesFact


@dataclass(frozen=True)
class Package:
    """An installed package."""

    version: str
    source: str
    """Source package it was built from: what belongs together is built together."""
    held: bool


def parse_packages(lines: Iterable[str]) -> dict[str, Package]:
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
        return parse_packages(output)


DRIVER_SOURCES = ("nvidia-graphics-drivers", "nvidia-open-gpu-kernel-modules")
"""Debian's source packages of the driver: user space with proprietary modules, open modules."""

GPU_SOURCES = (*DRIVER_SOURCES, "nvidia-persistenced", "nvidia-cuda-toolkit")
"""Debian's source packages whose binaries must move together, or not at all."""


def is_gpu_package(package: Package, sources: Iterable[str], pin: str = "") -> bool:
    """Whether a package is of the GPU stack: by the source it was built from, or by its version.

    NVIDIA's and Ubuntu's driver packages share one version, and no name of a source.
    """
    return package.source in sources or bool(pin and package.version.startswith(pin))


class DpkgFaults(LinesFact):
    """Lines of dpkg's own complaint about packages that are not properly installed."""

    @override
    def command(self, *args: Any, **kwargs: Any) -> str:
        return "dpkg --audit"


class AptCandidate(NamedTuple):
    """One version of a package in one of apt's sources."""

    name: str
    version: str
    source: str


class AptCandidates(FactBase[list[AptCandidate]]):
    """What apt's sources have of some packages, the newest first."""

    @override
    def command(self, names: tuple[str, ...]) -> StringCommand:
        # Where what is locked has not come yet, apt has no configuration to read.
        quoted = [QuoteString(name) for name in names]
        return StringCommand("apt-cache madison", *quoted, "2>/dev/null || true")

    @staticmethod
    @override
    def default() -> list[AptCandidate]:
        return []

    @override
    def process(self, output: Iterable[str]) -> list[AptCandidate]:
        return parse_candidates(output)


def parse_candidates(lines: Iterable[str]) -> list[AptCandidate]:
    """Read what ``apt-cache madison`` says: ``name | version | source``."""
    rows = [[word.strip() for word in line.split("|")] for line in lines]
    binary = [
        row
        for row in rows
        if len(row) == len(AptCandidate._fields) and row[2].endswith("Packages")
    ]
    return [AptCandidate(*row) for row in binary]


def candidates(lines: Iterable[str]) -> dict[str, str]:
    """Read what ``apt-cache policy`` says: name -> the version that apt would install."""
    found, name = {}, ""
    for line in lines:
        word, _, value = line.strip().partition(":")
        if not line.startswith(" "):
            name = word
        elif word == "Candidate":
            found[name] = value.strip()
    return found
