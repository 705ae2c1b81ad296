"""Reports of drift, of generations and of a removal, for people and for programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dlbox.errors import format_error
from dlbox.exit_code import ExitCode
from dlbox.plan.result import Result
from dlbox.state.drift import Comparison, drift_json, format_drift
from dlbox.state.generations import Generation

LOST = Comparison(failed="no answer; see above")


def exit_code(boxes: Mapping[str, Comparison]) -> ExitCode:
    """Return the exit code for all boxes; a box not compared counts before one that differs."""
    if any(box.failed for box in boxes.values()):
        return ExitCode.FAILED
    differs = any(box.changes for box in boxes.values())
    return ExitCode.DIFFERENT if differs else ExitCode.OK


def lines(name: str, box: Comparison) -> list[str]:
    """Return the lines about one box for a person."""
    if box.failed:
        return format_error(name, box.failed)
    refused = "  its settings are refused, so only changes on the box are listed"
    return [
        *format_drift(name, box.changes),
        *(format_error(refused, box.refused) if box.refused else []),
        *(f"  pending since the last up: {reason}" for reason in box.pending),
    ]


def data(box: Comparison) -> dict[str, Any]:
    """Return the comparison as plain data, for programs."""
    return {**vars(box), "changes": drift_json(box.changes)}


def comparisons(results: Mapping[str, Result]) -> dict[str, Comparison]:
    """Return how each box of a run differs; a box that did not answer counts as not compared."""
    return {name: results[name].comparison or LOST for name in sorted(results)}


def format_drift_report(results: Mapping[str, Result]) -> list[str]:
    """Return the lines about every box of a run."""
    found = comparisons(results)
    return [line for name in found for line in ("", *lines(name, found[name]))]


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


def format_removals(results: Mapping[str, Result]) -> list[str]:
    """Return the lines about every box of a run."""
    return [line for name in sorted(results) for line in format_removal(name, results[name])]


def format_removal(name: str, result: Result) -> list[str]:
    """Return the lines about one box."""
    if result.failed:
        return ["", *format_error(name, result.failed)]
    counts = ", ".join(f"{count} {kind}{'s' * (count != 1)}" for kind, count in result.removed)
    if not counts:
        outcome = "nothing of dlbox is recorded there"
    else:
        outcome = f"would remove {counts}" if result.dry else f"removed {counts}"
    lines = ["", f"{name}: {outcome}"]
    lines += [f"  {'stays':<13} {notice}" for notice in result.notices]
    if result.deferred or result.reboot:
        lines.append(f"  {'deferred':<13} {result.deferred or result.reboot}")
        lines.append(f"  {'next':<13} dlbox uninstall again, once that is over")
    return lines
