"""One order to apt, as shell."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

APT_GET = "DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Options::=--force-confold"


@dataclass(frozen=True)
class Order:
    """One order to apt, as shell."""

    words: str

    @property
    def simulate(self) -> str:
        """Have apt find out whether it can be carried out."""
        return f"apt-get -q -s install {self.words} >/dev/null"

    @property
    def download(self) -> str:
        """Fetch all of it, and unpack nothing."""
        return f"{APT_GET} --download-only install {self.words}"

    @property
    def install(self) -> str:
        """Carry it out."""
        return f"{APT_GET} install {self.words}"


def order(wanted: Mapping[str, str], unwanted: Iterable[str]) -> Order:
    """Return one apt transaction.

    ``wanted`` maps a package to its version, with a ``*`` at its end for whatever follows, or "".
    """
    names = [f"{name}={version}" if version else name for name, version in wanted.items()]
    # A plan may move what an earlier plan held; nothing else may. --purge: a pin that NVIDIA's
    # packages bring is a file of /etc, and would stay behind them.
    options = "--no-install-recommends --allow-change-held-packages --allow-downgrades --purge"
    return Order(f"{options} {shlex.join((*names, *(f'{name}-' for name in unwanted)))}")
