"""What a box had before: each ``up`` that changed something has left a generation of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from pyinfra.api import FactBase
from typing_extensions import override

from dlbox.fact_base import LinesFact
from dlbox.shell import shell_text

PRUNE_GENERATIONS = shell_text(__file__, "prune-generations.sh")
"""Shell with the functions ``all``, ``numbers``, ``wanted_by`` and ``prune``."""
LIST_GENERATIONS = f"{PRUNE_GENERATIONS}\n{shell_text(__file__, 'generations.sh')}"


@dataclass(frozen=True)
class Generation:
    """One of them, as the box lists it."""

    number: int
    day: str
    current: bool
    bytes: int
    """Disk that it alone takes."""
    lacking: int
    """Packages that its store no longer has."""
    folders: tuple[str, ...] = ()
    """Folders of wheels that are gone."""
    stack: str = ""


class Generations(FactBase[list[Generation]]):
    """All of them, the oldest first."""

    @override
    def command(self) -> str:
        return f"{LIST_GENERATIONS}\nlist"

    @staticmethod
    @override
    def default() -> list[Generation]:
        return []

    @override
    def process(self, output: Iterable[str]) -> list[Generation]:
        return parse_generations(output)


def parse_generations(lines: Iterable[str]) -> list[Generation]:
    """Read lines of ``NUMBER DAY current|- BYTES LACKING GONE... ``."""
    rows = [line.split() for line in lines]
    return [
        Generation(
            int(row[0]), row[1], row[2] == "current", int(row[3]), int(row[4]), tuple(row[5:])
        )
        for row in rows
    ]


class KeptGeneration(LinesFact):
    """The parts of one generation, each after a line ``== NAME``; nothing where it is not there."""

    @override
    def command(self, generation: str) -> str:
        return f"{LIST_GENERATIONS}\nkept {generation}"


@dataclass(frozen=True)
class GenerationContents:
    """What a generation keeps."""

    number: int = 0
    lock: str = ""
    """Digest of the lock that it was given; empty: none."""
    applied: str = ""
    packages: tuple[str, ...] = ()
    trees: dict[str, str] = field(default_factory=dict)
    """Link -> the folder that it named."""


def parse_contents(lines: Iterable[str]) -> GenerationContents | None:
    """Read what ``kept`` prints; None: there is no such generation."""
    said: dict[str, list[str]] = {}
    for line in lines:
        if line.startswith("== "):
            said[line.removeprefix("== ")] = []
        elif said:
            said[list(said)[-1]].append(line)
    if "number" not in said:
        return None
    seen = [line.split("\t") for line in said["seen"] if line.startswith("tree\t")]
    locks = [line.removeprefix("lock ") for line in said["head"] if line.startswith("lock ")]
    return GenerationContents(
        int(said["number"][0]),
        "".join(locks),
        "\n".join(said["applied.yaml"]),
        tuple(said["packages"]),
        {name: state.split(" ")[0] for _, name, state in seen},
    )
