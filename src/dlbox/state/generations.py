"""Generations of a box: each ``up`` that changed something leaves one."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from dataclasses import dataclass, field

from pyinfra.api import FactBase
from typing_extensions import override

from dlbox.fact_base import LinesFact
from dlbox.shell import LIBRARY, shell_text

PRUNE_GENERATIONS = shell_text(__file__, "prune-generations.sh")
"""Shell with the variable ``all`` and the functions ``numbers``, ``wanted_by`` and ``prune``."""
LIST_GENERATIONS = f"{LIBRARY}{PRUNE_GENERATIONS}\n{shell_text(__file__, 'generations.sh')}"


@dataclass(frozen=True)
class Generation:
    """One generation, as the box lists it."""

    number: int
    day: str
    current: bool
    bytes: int
    """Disk (bytes) that only this generation needs."""
    lacking: int
    """Number of its packages that the store no longer has."""
    folders: tuple[str, ...] = ()
    """Folders of wheels that no longer exist."""
    stack: str = ""


class Generations(FactBase[list[Generation]]):
    """All generations of a box, the oldest first."""

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
    """Return the generations from ``NUMBER DAY current|- BYTES LACKING GONE...`` lines."""
    rows = [line.split() for line in lines]
    return [
        Generation(
            int(row[0]), row[1], row[2] == "current", int(row[3]), int(row[4]), tuple(row[5:])
        )
        for row in rows
    ]


class KeptGeneration(LinesFact):
    """Parts of one generation, each after a line ``== NAME``; empty if it does not exist."""

    @override
    def command(self, generation: str) -> str:
        return f"{LIST_GENERATIONS}\nkept {shlex.quote(generation)}"


@dataclass(frozen=True)
class GenerationContents:
    """Contents of one generation."""

    number: int = 0
    lock: str = ""
    """Digest of the lock that the box was given; empty: none."""
    applied: str = ""
    packages: tuple[str, ...] = ()
    trees: dict[str, str] = field(default_factory=dict)
    """Link -> folder that it named."""


def parse_contents(lines: Iterable[str]) -> GenerationContents | None:
    """Return the contents from what ``kept`` prints; None: there is no such generation."""
    parts: dict[str, list[str]] = {}
    for line in lines:
        if line.startswith("== "):
            parts[line.removeprefix("== ")] = []
        elif parts:
            parts[list(parts)[-1]].append(line)
    if "number" not in parts:
        return None
    seen = [line.split("\t") for line in parts["seen"] if line.startswith("tree\t")]
    locks = [line.removeprefix("lock ") for line in parts["head"] if line.startswith("lock ")]
    return GenerationContents(
        int(parts["number"][0]),
        "".join(locks),
        "\n".join(parts["applied.yaml"]),
        tuple(parts["packages"]),
        {name: state.split(" ")[0] for _, name, state in seen},
    )
