"""Simulation of what apt would do on a box, without any change to it."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pyinfra.api import FactBase
from typing_extensions import override

# Copy apt's own configuration, so that dlbox can add its files, and use separate package lists.
PREPARE = """
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; chmod 755 "$folder"
cp -a /etc/apt "$folder/etc"; mkdir -p "$folder/lists/partial" "$folder/cache/archives/partial"
own() { apt-get -q -o Dir::Etc="$folder/etc" -o Dir::State::lists="$folder/lists" \
  -o Dir::Cache="$folder/cache" -o Debug::NoLocking=1 "$@" 2>&1; }
"""


@dataclass(frozen=True)
class Simulation:
    """Result of a simulated apt run."""

    new: tuple[str, ...]
    """Packages that apt would add, each with its version: ``libcuda1 550.163.01-2``."""
    moved: tuple[str, ...]
    """Installed packages that apt would move to another version."""
    removed: tuple[str, ...]
    error: str | None
    """Reason why apt would do nothing; None: it would run."""

    def told(self) -> list[str]:
        """Return the lines that describe the simulation to a person."""
        if self.error:
            return [f"apt: {self.error}"]
        counts = f"{len(self.new)} new, {len(self.moved)} moved, {len(self.removed)} removed"
        lines = [f"apt would install: {counts}"]
        lines += [f"  moved: {', '.join(self.moved)}"] if self.moved else []
        return lines + ([f"  removed: {', '.join(self.removed)}"] if self.removed else [])


def parse_simulation(lines: Iterable[str]) -> Simulation:
    """Return the simulation that ``apt-get -s install`` printed."""
    rows = [line.split() for line in lines if line.strip()]
    new = [
        f"{row[1]} {row[2].strip('(')}" for row in rows if row[0] == "Inst" and row[2][0] == "("
    ]
    moved = [
        f"{row[1]} {row[2].strip('[]')} to {row[3].strip('(')}"
        for row in rows
        if row[0] == "Inst" and row[2][0] == "["
    ]
    errors = [" ".join(row[1:]) for row in rows if row[0] == "E:"]
    removed = tuple(row[1] for row in rows if row[0] in {"Remv", "Purg"})
    return Simulation(tuple(new), tuple(moved), removed, errors[0] if errors else None)


class WouldInstall(FactBase[Simulation]):
    """What apt would do for a set of packages, with dlbox's files added to its configuration."""

    @override
    def command(
        self, files: Mapping[str, str], wanted: Mapping[str, str], unwanted: tuple[str, ...]
    ) -> str:
        put = [
            f'printf %s {shlex.quote(text)} >"$folder/etc/"{shlex.quote(path)}'
            for path, text in files.items()
        ]
        names = [f"{name}={version}*" if version else name for name, version in wanted.items()]
        words = map(shlex.quote, (*names, *(f"{name}-" for name in unwanted)))
        options = "--no-install-recommends --allow-change-held-packages --allow-downgrades"
        return "\n".join(
            (
                PREPARE,
                *put,
                "said=$(own update -eany) || { echo \"$said\" | grep '^E:'; exit 0; }",
                f"own -s install {options} {' '.join(words)} || true",
            )
        )

    @override
    def process(self, output: Iterable[str]) -> Simulation:
        return parse_simulation(output)
