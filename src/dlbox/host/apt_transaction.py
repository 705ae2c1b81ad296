"""One apt transaction, as shell: simulate it, download for it, carry it out."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

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
