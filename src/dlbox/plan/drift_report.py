"""Report of the comparison of each box, for people, for programs and as an exit code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dlbox.errors import format_error
from dlbox.exit_code import ExitCode
from dlbox.plan.comparison import Comparison
from dlbox.plan.result import Result
from dlbox.state.drift import drift_json, format_drift

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
