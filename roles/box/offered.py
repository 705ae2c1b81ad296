"""What apt's sources have of a package."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from pyinfra.api import FactBase, QuoteString, StringCommand
from typing_extensions import override


class Offer(NamedTuple):
    """One version of a package in one of apt's sources."""

    name: str
    version: str
    source: str


class Offered(FactBase[list[Offer]]):
    """What apt's sources have of some packages, the newest first."""

    @override
    def command(self, names: tuple[str, ...]) -> StringCommand:
        # Where what is locked has not come yet, apt has no configuration to read.
        quoted = [QuoteString(name) for name in names]
        return StringCommand("apt-cache madison", *quoted, "2>/dev/null || true")

    @staticmethod
    @override
    def default() -> list[Offer]:
        return []

    @override
    def process(self, output: Iterable[str]) -> list[Offer]:
        return offers(output)


def offers(lines: Iterable[str]) -> list[Offer]:
    """Read what ``apt-cache madison`` says: ``name | version | source``."""
    rows = [[word.strip() for word in line.split("|")] for line in lines]
    binary = [
        row for row in rows if len(row) == len(Offer._fields) and row[2].endswith("Packages")
    ]
    return [Offer(*row) for row in binary]


def candidates(lines: Iterable[str]) -> dict[str, str]:
    """Read what ``apt-cache policy`` says: name -> the version that apt would install."""
    found, name = {}, ""
    for line in lines:
        word, _, value = line.strip().partition(":")
        if not line.startswith(" "):
            name = word
        elif word == "Candidate":
            found[name] = value.strip()
    return found
