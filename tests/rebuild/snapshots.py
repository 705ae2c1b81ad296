"""A box after each of several runs of ``up``, as it is read there and not as dlbox tells it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dlbox.sandbox.container import Container
from tests.rebuild.tree import packaged, tree
from tests.support.cli import dlbox, inventory

RECORD = "/var/lib/dlbox/current"
LEDGER = "/var/lib/dlbox/packages"
DPKG = r"dpkg-query -W -f '${Package} ${Version} ${db:Status-Abbrev}\n'"
Item = tuple[str, str]
"""Kind and name."""


@dataclass(frozen=True)
class Phase:
    """A box at one time."""

    said: str
    """What ``up`` printed."""
    tree: dict[str, str]
    """Every path -> its type, mode, owner, target and content."""
    packages: dict[str, str]
    """Name -> version and dpkg's letters, with ``manual`` where somebody asked for it."""
    units: tuple[str, ...]
    """Files of units that are called dlbox."""
    users: frozenset[str]
    declared: frozenset[Item]
    """What the record says that dlbox owns."""
    real: tuple[str, ...]
    """Where the declared trees really lie."""
    ledger: frozenset[str]
    """Packages that have come by an order of dlbox's."""
    brought: frozenset[str]
    """Paths of those packages, and of others that moved with them."""


def applied(box: Container, folder: Path, knobs: dict[str, Any]) -> str:
    """Run ``up`` on a box; return what it printed."""
    run = dlbox("up", inventory(folder, (box, knobs)), "-y")
    assert run.returncode == 0, run.stdout[-4000:]
    return run.stdout


def read(box: Container, said: str = "", were: dict[str, str] | None = None) -> Phase:
    """Read a box; ``were``: the packages it had before."""
    declared = [line.split("\t") for line in _lines(box, f"cat {RECORD}/wanted")]
    manual = set(_lines(box, "apt-mark showmanual"))
    packages = {
        name: f"{state} manual" if name in manual else state
        for name, _, state in (line.strip().partition(" ") for line in _lines(box, DPKG))
    }
    ledger = frozenset(_lines(box, f"cat {LEDGER}"))
    moved = [
        name
        for name, was in (were or {}).items()
        if _version(was) != _version(packages.get(name, was))
    ]
    return Phase(
        said,
        tree(box),
        packages,
        tuple(_lines(box, "systemctl list-unit-files --no-legend 'dlbox*'")),
        frozenset(line.split(":")[0] for line in _lines(box, "cat /etc/passwd")),
        frozenset((kind, name) for kind, name, _ in declared),
        tuple(_lines(box, f"cat {RECORD}/folders")),
        ledger,
        frozenset(packaged(box, sorted(ledger & {*packages} | {*moved}))),
    )


def _version(state: str) -> str:
    return state.split(" ", maxsplit=1)[0]


def _lines(box: Container, script: str) -> list[str]:
    return box.run("sh", "-c", script, check=False).stdout.splitlines()
