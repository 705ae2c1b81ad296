"""Packages of the distribution: at a planned version, held, and never half-configured."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pyinfra import host
from pyinfra.api import FactBase, QuoteString, StringCommand, operation
from typing_extensions import override


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
        row[0]: Package(version=row[1], source=row[3], held=row[2].startswith("h"))
        for row in rows
        if len(row) == len(("name", "version", "status", "source")) and row[2].endswith("i")
    }


QUERY = r"dpkg-query -W -f '${Package} ${Version} ${db:Status-Abbrev} ${source:Package}\n'"


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


GPU_SOURCES = ("nvidia-graphics-drivers", "nvidia-persistenced", "nvidia-cuda-toolkit")
"""Debian's source packages whose binaries must move together, or not at all."""

APT_GET = "DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Options::=--force-confold"

# The lists are read again when a source changed or an hour has passed. -eany: by default apt-get
# update exits 0 on a transient failure and goes on with old lists. The lists have a lock of their own,
# for which DPkg::Lock::Timeout does not wait, so we do; anything else gets ten seconds to pass.
REFRESH = r"""
stamp=/var/lib/apt/lists/dlbox-refreshed
if [ -z "$(find "$stamp" -mmin -60 2>/dev/null)" ] ||
   [ -n "$(find /etc/apt/sources.list /etc/apt/sources.list.d -newer "$stamp" 2>/dev/null)" ]; then
  eval "$(apt-config shell patience DPkg::Lock::Timeout)"
  waited=0
  until said=$(apt-get -q update -eany 2>&1); do
    case $said in *"Could not get lock"*) most=${patience:-0} ;; *) most=10 ;; esac
    if [ "$waited" -ge "$most" ]; then echo "$said" >&2; exit 1; fi
    sleep 2; waited=$((waited + 2))
  done
  touch "$stamp"
fi
"""


@operation()
def install(wanted: Mapping[str, str]) -> Generator[StringCommand, None, None]:
    """Install packages; ``wanted`` maps a name to the upstream version, or to "" for any."""
    found = host.get_fact(InstalledPackages)
    missing = [
        f"{name}={version}*" if version else name
        for name, version in wanted.items()
        if name not in found or not found[name].version.startswith(version)
    ]
    if not missing:
        host.noop(f"{', '.join(wanted)} are installed")
        return
    yield StringCommand(REFRESH)
    # A plan may move what an earlier plan held; nothing else may.
    options = "--no-install-recommends --allow-change-held-packages --allow-downgrades"
    names = [QuoteString(name) for name in missing]
    yield StringCommand(APT_GET, "install", options, *names)


@operation()
def hold(sources: Iterable[str]) -> Generator[StringCommand, None, None]:
    """Hold every installed package built from ``sources``.

    By source, not by name: one library left loose is enough for an upgrade to move the whole
    set (seen at lyulyul/shine-cluster issue 50, where only libnvidia-common was not held).
    """
    found = host.get_fact(InstalledPackages)
    loose = [name for name, p in found.items() if p.source in sources and not p.held]
    if not loose:
        host.noop("all are held")
        return
    yield StringCommand("apt-mark -q hold", *[QuoteString(name) for name in sorted(loose)])


@operation()
def settle() -> Generator[StringCommand, None, None]:
    """Finish what an interrupted dpkg left half done."""
    if host.get_fact(DpkgFaults):
        yield StringCommand("dpkg --configure -a --force-confold")
        yield StringCommand(APT_GET, "-f install")


class DpkgFaults(FactBase[list[str]]):
    """Lines of dpkg's own complaint about packages that are not properly installed."""

    @override
    def command(self, *args: Any, **kwargs: Any) -> str:
        return "dpkg --audit"

    @staticmethod
    @override
    def default() -> list[str]:
        return []

    @override
    def process(self, output: Iterable[str]) -> list[str]:
        return list(output)
