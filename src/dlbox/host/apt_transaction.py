"""One order to apt, as shell."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

STORE = "/var/cache/dlbox/debs"
"""Where a box keeps what it has installed, for the way back."""
LEDGER = "/var/lib/dlbox/packages"
"""Names of the packages that have come to the box by an order of ours, a line each."""
BEFORE = "/var/lib/dlbox/before/status"
"""What dpkg knew before dlbox came: a lock is made as if it never had."""
APT_GET = (
    "DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Options::=--force-confold"
    f" -o Dir::Cache::archives={STORE} -o APT::Keep-Downloaded-Packages=true"
)


@dataclass(frozen=True)
class AptTransaction:
    """One order to apt, as shell."""

    words: str

    @property
    def simulate(self) -> str:
        """Have apt find out whether it can be carried out, and note what it will bring."""
        return (
            f"umask 022; mkdir -p {STORE}/partial {Path(BEFORE).parent}"
            f" && {{ [ -e {BEFORE} ] || cp /var/lib/dpkg/status {BEFORE}; }}"
            f" && said=$(apt-get -q -s install {self.words})"
            f""" && echo "$said" | sed -n 's/^Inst \\([^ ]*\\) (.*/\\1/p' >>{LEDGER}"""
        )

    @property
    def download(self) -> str:
        """Fetch all of it, and unpack nothing."""
        return f"{APT_GET} --download-only install {self.words}"

    @property
    def install(self) -> str:
        """Carry it out."""
        return f"{APT_GET} install {self.words}"


def apt_transaction(wanted: Mapping[str, str], unwanted: Iterable[str]) -> AptTransaction:
    """Return one apt transaction.

    ``wanted`` maps a package to its version, with a ``*`` at its end for whatever follows, or "".
    """
    names = [f"{name}={version}" if version else name for name, version in wanted.items()]
    # A plan may move what an earlier plan held; nothing else may. --purge: a pin that NVIDIA's
    # packages bring is a file of /etc, and would stay behind them.
    options = "--no-install-recommends --allow-change-held-packages --allow-downgrades --purge"
    return AptTransaction(
        f"{options} {shlex.join((*names, *(f'{name}-' for name in unwanted)))}"
    )
