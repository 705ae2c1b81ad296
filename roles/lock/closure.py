"""Every package that dlbox causes to be on a box, and what is compiled for its kernels."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pyinfra.api import FactBase
from typing_extensions import override

from roles.lock.model import LockedPackage, LockedRepository
from roles.lock.repositories import mirrors, repositories, signatures, targets
from roles.lock.uris import package

SCRIPT = Path(__file__).with_suffix(".sh").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Closure:
    """What a box gets through apt, counted from what it was before dlbox came."""

    packages: tuple[LockedPackage, ...] = ()
    repositories: tuple[LockedRepository, ...] = ()
    compiler: str = ""
    """What the kernels' modules are compiled with: package and version; empty: none are."""
    modules: Mapping[str, str] = field(default_factory=dict)
    """MODULE-VERSION/KERNEL -> digest of what the newest was compiled from."""
    error: str = ""
    """Why apt would fetch nothing."""


def closure(lines: Iterable[str]) -> Closure:
    """Read what closure.sh prints."""
    said = list(lines)
    errors = [line.partition(" ")[2] for line in said if line.startswith("E: ")]
    if errors:
        return Closure(error=errors[0])
    try:
        known, sizes = mirrors(said), _installed(said)
        packages = [package(line, known, sizes) for line in said if line.startswith("'")]
        packages.sort(key=lambda one: (one.name, one.architecture))
        found = repositories(targets(said, known), signatures(said), packages)
    except ValueError as error:
        return Closure(error=str(error))
    return Closure(tuple(packages), found, _compiler(said, packages), _modules(said))


def _installed(lines: Iterable[str]) -> dict[tuple[str, str], int]:
    """Read lines of ``installed NAME VERSION KIB``."""
    rows = [line.split(" ") for line in lines if line.startswith("installed ")]
    return {(name, version): int(size) for _, name, version, size in rows}


def _compiler(lines: Iterable[str], packages: Iterable[LockedPackage]) -> str:
    """Return what is fetched, or else what was there before."""
    coming = {package.name: package.version for package in packages}
    rows = [line.split(" ") for line in lines if line.startswith("compiler ")]
    return next((f"{name} {coming.get(name, there)}" for _, name, there in rows), "")


def _modules(lines: Iterable[str]) -> dict[str, str]:
    """Read ``module MODULE-VERSION/KERNEL/DIGEST.tar.gz``, the newest last."""
    paths = [line.partition(" ")[2] for line in lines if line.startswith("module ")]
    rows = [path.removesuffix(".tar.gz").rpartition("/") for path in paths]
    return {what: digest for what, _, digest in rows}


class WouldFetch(FactBase[Closure]):
    """What apt would fetch on a box as it was before dlbox came."""

    @override
    def command(
        self, files: Mapping[str, str], wanted: Mapping[str, str], *, kernels: bool
    ) -> str:
        """Return shell; ``files``: path below /etc/apt -> text, ``wanted``: as for WouldInstall."""
        pairs = [word for pair in files.items() for word in pair]
        names = [f"{name}={pin}*" if pin else name for name, pin in wanted.items()]
        words = (*pairs, "--", "kernels" if kernels else "bare", *names)
        return f"set -- {shlex.join(words)}\n{SCRIPT}"

    @override
    def process(self, output: Iterable[str]) -> Closure:
        return closure(output)
