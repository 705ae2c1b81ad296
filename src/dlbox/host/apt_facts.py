"""What apt and dpkg say about a box: packages, candidates, faults, and what apt would do."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
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
    """Source package that it was built from; binaries of one source belong together."""
    held: bool


def parse_packages(lines: Iterable[str]) -> dict[str, Package]:
    """Return installed packages by name, from ``name version status source`` lines of dpkg-query."""
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
    """Installed packages, by name."""

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
"""Debian's source packages of the driver: user space with the proprietary modules, and the open
modules."""

GPU_SOURCES = (*DRIVER_SOURCES, "nvidia-persistenced", "nvidia-cuda-toolkit")
"""Debian's source packages whose binaries must move together or not at all."""


def is_gpu_package(package: Package, sources: Iterable[str], pin: str = "") -> bool:
    """Return whether a package belongs to the GPU stack, by its source or by its version.

    NVIDIA's and Ubuntu's driver packages share one version, but no source name.
    """
    return package.source in sources or bool(pin and package.version.startswith(pin))


class DpkgFaults(LinesFact):
    """Lines in which dpkg itself reports packages that are not properly installed."""

    @override
    def command(self, *args: Any, **kwargs: Any) -> str:
        return "dpkg --audit"


class AptCandidate(NamedTuple):
    """One version of a package that one of apt's sources offers."""

    name: str
    version: str
    source: str


class AptCandidates(FactBase[list[AptCandidate]]):
    """Versions of some packages that apt's sources offer, the newest first."""

    @override
    def command(self, names: tuple[str, ...]) -> StringCommand:
        # Before the locked packages have arrived, apt has no configuration to read.
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
    """Return the candidates from ``apt-cache madison`` lines: ``name | version | source``.

    Source packages are left out.
    """
    rows = [[word.strip() for word in line.split("|")] for line in lines]
    binary = [
        row
        for row in rows
        if len(row) == len(AptCandidate._fields) and row[2].endswith("Packages")
    ]
    return [AptCandidate(*row) for row in binary]


def candidates(lines: Iterable[str]) -> dict[str, str]:
    """Return package -> version that apt would install, from ``apt-cache policy`` output."""
    found, name = {}, ""
    for line in lines:
        word, _, value = line.strip().partition(":")
        if not line.startswith(" "):
            name = word
        elif word == "Candidate":
            found[name] = value.strip()
    return found


# Copy apt's own configuration, so that dlbox can add its files, and use separate package lists.
PREPARE = """
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; chmod 755 "$folder"
cp -a /etc/apt "$folder/etc"; mkdir -p "$folder/lists/partial" "$folder/cache/archives/partial"
own() { apt-get -q -o Dir::Etc="$folder/etc" -o Dir::State::lists="$folder/lists" \
  -o Dir::Cache="$folder/cache" -o Debug::NoLocking=1 "$@" 2>&1; }
"""


@dataclass(frozen=True)
class Simulation:
    """Result of a simulated apt run."""

    new: tuple[str, ...]
    """Packages that apt would add, each with its version: ``libcuda1 550.163.01-2``."""
    moved: tuple[str, ...]
    """Installed packages that apt would move to another version."""
    removed: tuple[str, ...]
    error: str | None
    """Reason why apt would do nothing; None: it would run."""

    def lines(self) -> list[str]:
        """Return the lines that describe the simulation to a person."""
        if self.error:
            return [f"apt: {self.error}"]
        counts = f"{len(self.new)} new, {len(self.moved)} moved, {len(self.removed)} removed"
        lines = [f"apt would install: {counts}"]
        lines += [f"  moved: {', '.join(self.moved)}"] if self.moved else []
        return lines + ([f"  removed: {', '.join(self.removed)}"] if self.removed else [])


def parse_simulation(lines: Iterable[str]) -> Simulation:
    """Return the simulation that ``apt-get -s install`` printed."""
    rows = [line.split() for line in lines if line.strip()]
    new = [
        f"{row[1]} {row[2].strip('(')}" for row in rows if row[0] == "Inst" and row[2][0] == "("
    ]
    moved = [
        f"{row[1]} {row[2].strip('[]')} to {row[3].strip('(')}"
        for row in rows
        if row[0] == "Inst" and row[2][0] == "["
    ]
    errors = [" ".join(row[1:]) for row in rows if row[0] == "E:"]
    removed = tuple(row[1] for row in rows if row[0] in {"Remv", "Purg"})
    return Simulation(tuple(new), tuple(moved), removed, errors[0] if errors else None)


class WouldInstall(FactBase[Simulation]):
    """What apt would do for a set of packages, with dlbox's files added to its configuration."""

    @override
    def command(
        self, files: Mapping[str, str], wanted: Mapping[str, str], unwanted: tuple[str, ...]
    ) -> str:
        put = [
            f'printf %s {shlex.quote(text)} >"$folder/etc/"{shlex.quote(path)}'
            for path, text in files.items()
        ]
        names = [f"{name}={version}*" if version else name for name, version in wanted.items()]
        words = map(shlex.quote, (*names, *(f"{name}-" for name in unwanted)))
        options = "--no-install-recommends --allow-change-held-packages --allow-downgrades"
        return "\n".join(
            (
                PREPARE,
                *put,
                "said=$(own update -eany) || { echo \"$said\" | grep '^E:'; exit 0; }",
                f"own -s install {options} {' '.join(words)} || true",
            )
        )

    @override
    def process(self, output: Iterable[str]) -> Simulation:
        return parse_simulation(output)
