"""Generations that boxes can go back to, as text for people."""

from __future__ import annotations

from collections.abc import Mapping

from dlbox.plan.result import Result
from dlbox.state.generations import Generation


def format_generations(results: Mapping[str, Result]) -> list[str]:
    """Return the lines about every box of a run."""
    lines = []
    for name, result in sorted(results.items()):
        count = len(result.generations)
        plural = "s" * (count != 1)
        lines += ["", f"{name}: {result.failed or f'{count} generation{plural}'}"]
        lines += [f"  {format_generation(one)}" for one in result.generations]
    return lines


def format_generation(one: Generation) -> str:
    """Return one line about a generation."""
    words = [f"{one.number:>3}  {one.day}  {one.bytes / 1e9:5.1f} GB of its own"]
    words += ["current"] if one.current else []
    words += [f"{one.lacking} packages are not kept"] if one.lacking else []
    words += [f"not kept: {', '.join(one.folders)}"] if one.folders else []
    return ", ".join(words)
