"""Ask a box for every package that dlbox brings to it, and for what is compiled for its kernels."""

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
    """Parse the output of apt-closure.sh; return a closure with an error if the output has one."""
    output = list(lines)
    errors = [line.partition(" ")[2] for line in output if line.startswith("E: ")]
    if errors:
        return Closure(error=errors[0])
    try:
        known, sizes = mirrors(output), _installed(output)
        packages = [package(line, known, sizes) for line in output if line.startswith("'")]
        packages.sort(key=lambda one: (one.name, one.architecture))
        found = repositories(targets(output, known), signatures(output), packages)
    except ValueError as error:
        return Closure(error=str(error))
    return Closure(tuple(packages), found, _compiler(output, packages), _modules(output))


def _installed(lines: Iterable[str]) -> dict[tuple[str, str], int]:
    """Parse the lines ``installed NAME VERSION KIB``."""
    rows = [line.split(" ") for line in lines if line.startswith("installed ")]
    return {(name, version): int(size) for _, name, version, size in rows}


def _compiler(lines: Iterable[str], packages: Iterable[LockedPackage]) -> str:
    """Return the compiler with the version that apt would fetch, else the one from before dlbox."""
    coming = {package.name: package.version for package in packages}
    rows = [line.split(" ") for line in lines if line.startswith("compiler ")]
    return next((f"{name} {coming.get(name, installed)}" for _, name, installed in rows), "")


def _modules(lines: Iterable[str]) -> dict[str, str]:
    """Parse the lines ``module MODULE-VERSION/KERNEL/DIGEST.tar.gz``; the newest comes last."""
    paths = [line.partition(" ")[2] for line in lines if line.startswith("module ")]
    rows = [path.removesuffix(".tar.gz").rpartition("/") for path in paths]
    return {what: digest for what, _, digest in rows}


class WouldFetch(FactBase[Closure]):
    """What apt would fetch on a box in its state from before dlbox came."""

    @override
    def command(
        self, files: Mapping[str, str], wanted: Mapping[str, str], *, kernels: bool
    ) -> str:
        """Return the shell command.

        ``files`` maps a path below /etc/apt to its text; ``wanted`` is as for WouldInstall.
        """
        pairs = [word for pair in files.items() for word in pair]
        names = [f"{name}={pin}*" if pin else name for name, pin in wanted.items()]
        words = (*pairs, "--", "kernels" if kernels else "bare", *names)
        return f"set -- {shlex.join(words)}\n{SCRIPT}"

    @override
    def process(self, output: Iterable[str]) -> Closure:
        return parse_closure(output)
