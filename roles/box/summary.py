"""What a run tells the owner of each box at its end."""

from __future__ import annotations

import atexit
import sys
from collections import Counter
from functools import cache

from pyinfra.context import ctx_state

from roles.box.outcome import OUTCOMES, Outcome, Watch, take_stock
from roles.box.pcie import lanes
from roles.box.plan import Plan
from roles.jupyter.content import TOKEN
from roles.stack.model import Stack


@cache
def print_at_exit() -> None:
    """Have the run watched, and the summary printed once, after all that pyinfra prints."""
    ctx_state.get().add_callback_handler(Watch())
    atexit.register(print_summary)


@cache
def print_summary() -> None:
    """Print what became of every box, once."""
    take_stock()
    for name in sorted(OUTCOMES):
        print("\n".join(told(name, OUTCOMES[name])), file=sys.stderr)  # noqa: T201 - it is what a run says


def told(name: str, outcome: Outcome) -> list[str]:
    """Return the lines about one box."""
    if outcome.plan is None:
        return ["", f"{name}: {outcome.failed}"]
    stack = outcome.plan.stack
    lines = ["", f"{name}: {stack.system}, {_cards(stack)}"]
    verb = "failed" if outcome.failed else "would get" if outcome.dry else "stands"
    lines += _block(
        verb, [outcome.failed] if outcome.failed else layers(stack, outcome.jupyter)
    )
    lines += _block("skipped", skips(outcome.plan))
    lines += _block("kept", [outcome.kept] if outcome.kept else [])
    lines += _block(
        "mind",
        list(
            dict.fromkeys((*stack.warnings, *lanes(outcome.plan.box.slots), *outcome.notices))
        ),
    )
    return lines + _block("next", [] if outcome.dry else steps(name, outcome))


def layers(stack: Stack, jupyter: int | None) -> list[str]:
    """Return the stack, a layer a line."""
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
    return rows + ([f"JupyterLab on 127.0.0.1:{jupyter}"] if jupyter else [])


QUIET = {"fabricmanager", "nvlsm", "cuda_compat"}
"""Layers that most boxes do not have, and that nobody misses."""


def skips(plan: Plan) -> list[str]:
    """Return what the box did not get, and why."""
    stack = plan.stack
    rows = [f"{layer}: {why}" for layer, why in stack.skipped.items() if layer not in QUIET]
    rows += [
        f"running what CUDA {toolkit.release} compiles: needs driver {toolkit.min_driver} or newer"
        for toolkit in stack.toolkits
        if stack.driver and not stack.runs(toolkit)
    ]
    if not plan.box.systemd:
        rows.append("services: init is not systemd; units are installed, not started")
    return rows


def steps(name: str, outcome: Outcome) -> list[str]:
    """Return what to do next."""
    if outcome.failed:
        return [
            "mend the cause above and run the same command again; it goes on where it stopped"
        ]
    reboot = [f"reboot ({outcome.reboot})"] if outcome.reboot else []
    rows = list(outcome.enrol) or reboot
    if outcome.plan:
        rows += [f"dlbox-env {venv}" for venv in list(outcome.plan.stack.frameworks)[:1]]
    if outcome.jupyter:
        way = (
            ""
            if name.startswith("@")
            else f"ssh -L {outcome.jupyter}:127.0.0.1:{outcome.jupyter} {name}; "
        )
        rows.append(f"{way}http://127.0.0.1:{outcome.jupyter} with the token: sudo cat {TOKEN}")
    return [*rows, "./dlbox verify"]


def _cards(stack: Stack) -> str:
    counts = Counter(card.name for card in stack.cards)
    return ", ".join(f"{count} x {name}" for name, count in counts.items()) or "no GPU"


def _block(title: str, rows: list[str]) -> list[str]:
    return [f"  {title if i == 0 else '':<9} {row}" for i, row in enumerate(rows)]
