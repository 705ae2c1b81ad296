"""Query this machine's apt for candidates, and for files of packages that are not installed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from dlbox.subprocesses import Unreadable, run_output


@dataclass(frozen=True)
class Candidate:
    """One version of a package in one suite."""

    package: str
    version: str
    suite: str


def of_madison(text: str) -> list[Candidate]:
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
    return of_madison(run_output("apt-cache", "madison", *packages))


def unpacked(package: str, pattern: str, folder: Path) -> Path:
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
