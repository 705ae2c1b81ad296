"""Summary of a removal, for the owner of each box."""

from __future__ import annotations

from collections.abc import Mapping

from dlbox.errors import format_error
from dlbox.plan.result import Result


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
        outcome = f"would take away {counts}" if result.dry else f"took away {counts}"
    lines = ["", f"{name}: {outcome}"]
    lines += [f"  {'stays':<13} {notice}" for notice in result.notices]
    if result.deferred or result.reboot:
        lines.append(f"  {'deferred':<13} {result.deferred or result.reboot}")
        lines.append(f"  {'next':<13} dlbox uninstall again, once that is over")
    return lines
