"""Install packages at a planned version, hold them, and complete an interrupted dpkg run."""

from __future__ import annotations

import shlex
from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pyinfra import host
from pyinfra.api import QuoteString, StringCommand, operation

from dlbox.host.apt_facts import DpkgFaults, InstalledPackages, Package, is_gpu_package

STORE = "/var/cache/dlbox/debs"
"""Folder where a box keeps the packages that it has installed, for rollback."""
LEDGER = "/var/lib/dlbox/packages"
"""The ledger: names of the packages that apt transactions of dlbox brought to the box, one per
line."""
BEFORE = "/var/lib/dlbox/before/status"
"""Copy of dpkg's status from before dlbox came; a lock is made as if dlbox had never been
there."""
APT_GET = (
    "DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Options::=--force-confold"
    f" -o Dir::Cache::archives={STORE} -o APT::Keep-Downloaded-Packages=true"
)


@dataclass(frozen=True)
class AptTransaction:
    """One apt transaction, as shell."""

    words: str

    @property
    def simulate(self) -> str:
        """Return shell that simulates the transaction and adds the new packages to the ledger.

        Before the first transaction it also saves dpkg's status in ``BEFORE``.
        """
        return (
            f"umask 022; mkdir -p {STORE}/partial {Path(BEFORE).parent}"
            f" && {{ [ -e {BEFORE} ] || cp /var/lib/dpkg/status {BEFORE}; }}"
            f" && said=$(apt-get -q -s install {self.words})"
            f""" && echo "$said" | sed -n 's/^Inst \\([^ ]*\\) (.*/\\1/p' >>{LEDGER}"""
        )

    @property
    def download(self) -> str:
        """Return shell that downloads all packages and unpacks none."""
        return f"{APT_GET} --download-only install {self.words}"

    @property
    def install(self) -> str:
        """Return shell that carries out the transaction."""
        return f"{APT_GET} install {self.words}"


def apt_transaction(wanted: Mapping[str, str], unwanted: Iterable[str]) -> AptTransaction:
    """Return an apt transaction that installs ``wanted`` and removes ``unwanted``.

    ``wanted`` maps a package to its version. A ``*`` at the end of a version matches any rest;
    "" matches any version.
    """
    names = [f"{name}={version}" if version else name for name, version in wanted.items()]
    # A plan may move what an earlier plan held; nothing else may. --purge: a pin that NVIDIA's
    # packages bring is a file in /etc, and would remain after them.
    options = "--no-install-recommends --allow-change-held-packages --allow-downgrades --purge"
    return AptTransaction(
        f"{options} {shlex.join((*names, *(f'{name}-' for name in unwanted)))}"
    )


def retry_while_locked(command: str, patience_s: int = 10) -> str:
    """Return shell that retries ``command`` while another process holds an apt or dpkg lock.

    DPkg::Lock::Timeout covers only apt's own use of dpkg. It covers neither dpkg itself nor the
    lock of the package lists. Any other failure is retried for ``patience_s`` seconds.
    """
    return f"""
eval "$(apt-config shell patience DPkg::Lock::Timeout)"
waited=0
until said=$({command} 2>&1); do
  case $said in
    *"Could not get lock"* | *"lock was locked by"*) most=${{patience:-0}} ;;
    *) most={patience_s} ;;
  esac
  if [ "$waited" -ge "$most" ]; then echo "$said" >&2; exit 1; fi
  sleep 2; waited=$((waited + 2))
done
"""


# Refresh the package lists if a source changed or an hour has passed. -eany: by default apt-get
# update exits 0 on a transient failure and continues with old lists.
REFRESH = f"""
stamp=/var/lib/apt/lists/dlbox-refreshed
if [ -z "$(find "$stamp" -mmin -60 2>/dev/null)" ] ||
   [ -n "$(find /etc/apt/sources.list /etc/apt/sources.list.d -newer "$stamp" 2>/dev/null)" ]; then
  {retry_while_locked("apt-get -q update -eany")}
  touch "$stamp"
fi
"""


def packages_to_change(found: Mapping[str, Package], wanted: Mapping[str, str]) -> list[str]:
    """Return the names of wanted packages that are missing or at another version.

    A wanted version is the beginning of an installed one.
    """
    return [
        name
        for name, version in wanted.items()
        if name not in found or not found[name].version.startswith(version)
    ]


@operation()
def install(wanted: Mapping[str, str]) -> Generator[StringCommand, None, None]:
    """Install packages.

    ``wanted`` maps a name to the beginning of its version, or to "" for any version.
    """
    found: dict[str, Package] = host.get_fact(InstalledPackages)
    missing = packages_to_change(found, wanted)
    if not missing:
        host.noop(f"{', '.join(wanted)} are installed")
        return
    yield StringCommand(REFRESH)
    transaction = apt_transaction(
        {name: wanted[name] and f"{wanted[name]}*" for name in missing}, ()
    )
    # Let apt simulate the transaction before dpkg is asked to do anything.
    yield StringCommand(transaction.simulate)
    yield StringCommand(transaction.install)


@operation()
def hold(
    sources: Iterable[str], pin: str = "", names: tuple[str, ...] = ()
) -> Generator[StringCommand, None, None]:
    """Hold every installed package from ``sources``, at a version of ``pin``, or in ``names``.

    A list of names alone is not enough: one library that is not held lets an upgrade move the
    whole set (seen at lyulyul/shine-cluster issue 50, where only libnvidia-common was not
    held).
    """
    found: dict[str, Package] = host.get_fact(InstalledPackages)
    selected = {n for n, p in found.items() if is_gpu_package(p, sources, pin) or n in names}
    loose = sorted(name for name in selected if not found[name].held)
    if not loose:
        host.noop("all are held")
        return
    yield StringCommand("apt-mark -q hold", *[QuoteString(name) for name in loose])


@operation()
def complete_dpkg() -> Generator[StringCommand, None, None]:
    """Complete what an interrupted dpkg left half done."""
    if host.get_fact(DpkgFaults):
        yield StringCommand(retry_while_locked("dpkg --configure -a --force-confold", 0))
        yield StringCommand(APT_GET, "-f install")
