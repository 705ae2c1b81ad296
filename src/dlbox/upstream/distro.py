"""Query this machine's apt, and compare the distribution's archive with systems.yaml."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dlbox.catalog import read
from dlbox.subprocesses import Unreadable, run_output
from dlbox.upstream.yaml_file import Proposal


@dataclass(frozen=True)
class Candidate:
    """One version of a package in one suite."""

    package: str
    version: str
    suite: str


def parse_madison(text: str) -> list[Candidate]:
    """Parse ``apt-cache madison``; leave out what is in no suite (a disc, a flat folder)."""
    found = []
    for line in text.splitlines():
        package, version, place = (part.strip() for part in line.split("|"))
        suite = re.fullmatch(r"\S+ ([^/ ]+)/\S+ \S+ Packages", place)
        if suite:
            found.append(Candidate(package, version, suite[1]))
    return found


def candidates(*packages: str) -> list[Candidate]:
    """Return the versions that apt knows of these packages."""
    return parse_madison(run_output("apt-cache", "madison", *packages))


def unpack_package(package: str, pattern: str, folder: Path) -> Path:
    """Download a package, unpack it below ``folder`` and return the file that matches.

    Raises Unreadable.
    """
    run_output("apt-get", "download", "--quiet", package, cwd=folder)
    for archive in folder.glob(f"{package}_*.deb"):
        run_output("dpkg-deb", "-x", str(archive), str(folder / package))
    found = sorted(path for path in (folder / package).rglob(pattern) if path.is_file())
    if not found:
        msg = f"apt: {package} has no {pattern}"
        raise Unreadable(msg)
    return found[0]


PACKAGES = {
    "nvidia-driver": ("drivers", "version"),
    "nvidia-cuda-toolkit": ("toolkits", "release"),
}


def propose_drivers() -> Proposal:
    """Return a report on the drivers and toolkits that this machine's apt offers."""
    seen = candidates(*PACKAGES)
    return Proposal(notes=tuple(format_driver(seen, read("systems"))))


def format_driver(
    seen: Iterable[Candidate], systems: Mapping[str, Mapping[str, Any]]
) -> Iterator[str]:
    """Yield one line for each candidate, with what the table says about its system."""
    none = dict.fromkeys(
        PACKAGES, "apt knows none; its sources may lack the component non-free"
    )
    for one in seen:
        none.pop(one.package, None)
        yield f"{one.package} {one.version} in {one.suite}: {_verdict(one, systems)}"
    for package, why in none.items():
        yield f"{package}: {why}"


def _verdict(one: Candidate, systems: Mapping[str, Mapping[str, Any]]) -> str:
    table, field = PACKAGES[one.package]
    for name, row in systems.items():
        if one.suite.partition("-")[0] == row["codename"]:
            known = [str(entry[field]) for entry in row[table]]
            agrees = any(one.version.startswith((f"{have}-", f"{have}.")) for have in known)
            has = f"systems.yaml has {' '.join(known) or 'none'}"
            return f"as {name} in systems.yaml" if agrees else f"DIFFERS, {name} in {has}"
    return "no system of the table"
