"""Summary of a run, for the owner of each box."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from dlbox.errors import format_error
from dlbox.host.cards import moved_cards
from dlbox.host.pcie import lanes
from dlbox.plan.plan import Plan
from dlbox.plan.result import Result
from dlbox.stack.model import Stack

QUIET_LAYERS = {"fabricmanager", "nvlsm", "cuda_compat"}
"""Layers that most boxes do not have, and whose absence needs no line."""


def format_summaries(results: Mapping[str, Result]) -> list[str]:
    """Return the lines about every box of a run."""
    return [line for name in sorted(results) for line in format_summary(name, results[name])]


def format_summary(name: str, result: Result) -> list[str]:
    """Return the lines about one box."""
    if result.plan is None:
        return ["", *format_error(name, str(result.failed))]
    stack = result.plan.stack
    lines = ["", f"{name}: {stack.system}, {_cards(stack)}"]
    if result.failed:
        why, *remedy = format_error("", result.failed)
        lines += [*_block("failed", [why]), *remedy]
    else:
        rows = [*stack_rows(stack), *(row for part in result.rows for row in part.installed)]
        lines += _block("would install" if result.dry else "installed", rows)
    lines += _block("skipped", skipped_rows(result.plan))
    lines += _block("deferred", [result.deferred] if result.deferred else [])
    lines += _block("warnings", warning_rows(result.plan, result))
    return lines + _block("next", [] if result.dry else next_steps(result))


def stack_rows(stack: Stack) -> list[str]:
    """Return the stack, one row per layer."""
    rows = []
    if stack.driver:
        whose = ", NVIDIA's" if stack.driver.source == "nvidia" else ""
        rows.append(f"driver {stack.driver.branch} ({stack.driver.flavour}{whose}), held")
    rows += [f"Fabric Manager {stack.fabricmanager.pin[:-1]}"] if stack.fabricmanager else []
    rows += [f"CUDA {toolkit.release}" for toolkit in stack.toolkits]
    rows += [f"cuDNN {stack.cudnn.version}"] if stack.cudnn else []
    rows += [f"NCCL {stack.nccl.version}"] if stack.nccl else []
    for name, row in stack.frameworks.items():
        rows.append(f"{name} {row.version} (CUDA {row.cuda}, cuDNN {row.cudnn})")
    return rows


def skipped_rows(plan: Plan) -> list[str]:
    """Return what the box did not get, with the reasons."""
    stack = plan.stack
    rows = [
        f"{layer}: {why}" for layer, why in stack.skipped.items() if layer not in QUIET_LAYERS
    ]
    rows += [
        f"running what CUDA {toolkit.release} compiles: needs driver {toolkit.min_driver} or newer"
        for toolkit in stack.toolkits
        if stack.driver and not stack.runs(toolkit)
    ]
    if not plan.box.systemd:
        rows.append("services: init is not systemd; units are installed, not started")
    return rows


def warning_rows(plan: Plan, result: Result) -> list[str]:
    """Return the warnings for the owner, each once."""
    moved = moved_cards(plan.box, plan.settings)
    passed = [
        f"{card} belongs to a virtual machine (vfio-pci), and is left out"
        for card in plan.box.passed
    ]
    of_roles = [row for part in result.rows for row in part.warnings]
    rows = (
        *plan.stack.warnings,
        *of_roles,
        *moved,
        *passed,
        *lanes(plan.box.slots),
        *result.notices,
    )
    return list(dict.fromkeys(rows))


def next_steps(result: Result) -> list[str]:
    """Return the next steps for a person."""
    if result.failed:
        return [
            "fix the cause above and run the same command again; it resumes where it stopped"
        ]
    reboot = [f"reboot ({result.reboot})"] if result.reboot else []
    rows = list(result.enrol) or reboot
    rows += [row for part in result.rows for row in part.next]
    return [*rows, "./dlbox verify"]


def _cards(stack: Stack) -> str:
    counts = Counter(card.name for card in stack.cards)
    return ", ".join(f"{count} x {name}" for name, count in counts.items()) or "no GPU"


def _block(title: str, rows: list[str]) -> list[str]:
    return [f"  {title if i == 0 else '':<13} {row}" for i, row in enumerate(rows)]
