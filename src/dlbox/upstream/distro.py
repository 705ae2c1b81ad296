"""Compare the distribution's own archive with systems.yaml; the result is a report, not a change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from dlbox.catalog import read
from dlbox.upstream.apt import Candidate, candidates
from dlbox.upstream.proposal import Proposal

PACKAGES = {
    "nvidia-driver": ("drivers", "version"),
    "nvidia-cuda-toolkit": ("toolkits", "release"),
}


def propose_drivers() -> Proposal:
    """Return a report on the drivers and toolkits that this machine's apt offers."""
    seen = candidates(*PACKAGES)
    return Proposal(notes=tuple(format_driver(seen, read("systems"))))


def format_driver(
    seen: Iterable[Candidate], systems: Mapping[str, Mapping[str, Any]]
) -> Iterator[str]:
    """Yield one line for each candidate, with what the table says about its system."""
    none = dict.fromkeys(
        PACKAGES, "apt knows none; its sources may lack the component non-free"
    )
    for one in seen:
        none.pop(one.package, None)
        yield f"{one.package} {one.version} in {one.suite}: {_verdict(one, systems)}"
    for package, why in none.items():
        yield f"{package}: {why}"


def _verdict(one: Candidate, systems: Mapping[str, Mapping[str, Any]]) -> str:
    table, field = PACKAGES[one.package]
    for name, row in systems.items():
        if one.suite.partition("-")[0] == row["codename"]:
            known = [str(entry[field]) for entry in row[table]]
            agrees = any(one.version.startswith((f"{have}-", f"{have}.")) for have in known)
            has = f"systems.yaml has {' '.join(known) or 'none'}"
            return f"as {name} in systems.yaml" if agrees else f"DIFFERS, {name} in {has}"
    return "no system of the table"
