"""Every package that dlbox causes to be on a box, and what is compiled for its kernels."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping

from pyinfra.api import FactBase
from typing_extensions import override

from dlbox.lockfile.closure import Closure
from dlbox.lockfile.model import LockedPackage
from dlbox.locking.apt_uris import package
from dlbox.locking.repositories import mirrors, repositories, signatures, targets
from dlbox.shell import shell_text

SCRIPT = shell_text(__file__, "apt-closure.sh")


def parse_closure(lines: Iterable[str]) -> Closure:
    """Read what apt-closure.sh prints."""
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
        return parse_closure(output)
