"""A plan as text for people, and as JSON for programs."""

from __future__ import annotations

import json
import shutil
import textwrap
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dlbox.errors import REFUSED, SEPARATOR, format_error
from dlbox.stack.candidate import version_key
from dlbox.stack.catalog_schema import Row
from dlbox.stack.layers import LAYERS
from dlbox.stack.model import Refusal, Stack

if TYPE_CHECKING:
    # It brings pyinfra along, which a box that need not exist does without.
    from dlbox.plan.result import Result

NARROWEST, WIDEST = 80, 120
OWN = {"driver", "cuda", "cudnn", "nccl", "pytorch", "tensorflow", "jax"}
"""Layers whose absence is worth a line of its own."""
FIELDS = {
    "driver": ("branch", "flavour", "module"),
    "cuda": ("min_driver",),
    "cudnn": ("cuda",),
    "nccl": ("cuda",),
    "pytorch": ("variant", "archs", "cuda", "cudnn", "nccl", "locked"),
    "tensorflow": ("variant", "archs", "cuda", "cudnn", "nccl", "locked"),
    "jax": ("variant", "archs", "cuda", "cudnn", "nccl", "locked"),
}
"""Fields of a layer's row that its JSON has in addition to those of every layer."""


def as_data(answer: Stack | Refusal) -> dict[str, Any]:
    """Return a plan or a refusal as data, in the form of docs/reference/plan-json.md."""
    if isinstance(answer, Refusal):
        refusal = answer.model_dump(mode="json")
        return {
            "status": "refused",
            "layers": {},
            "skipped": {},
            "warnings": [],
            "refusal": refusal,
        }
    return {
        "status": "ok",
        "layers": {name: _layer(answer, name) for name in LAYERS},
        "skipped": answer.skipped,
        "warnings": list(answer.warnings),
        "refusal": None,
    }


def as_json(answer: Stack | Refusal) -> str:
    """Return a plan or a refusal as JSON text."""
    return json.dumps(as_data(answer), indent=2)


def host_data(result: Result) -> dict[str, Any]:
    """Return the plan of one box as data, with what apt would do there."""
    if result.plan is None:
        return as_data(Refusal(because=result.failed or "no answer", nearest=None))
    return {**as_data(result.plan.stack), "apt": result.apt and vars(result.apt)}


def format_plans(results: Mapping[str, Result]) -> list[str]:
    """Return the lines about every box of a run."""
    return [line for name in sorted(results) for line in _format_host(name, results[name])]


def _format_host(name: str, result: Result) -> list[str]:
    if result.plan is None:
        return ["", *format_error(name, result.failed or "no answer")]
    head, *rest = as_text(result.plan.stack)
    apt = [f"  {line}" for line in result.apt.lines()] if result.apt else []
    return ["", f"{name}: {head}", *rest, *apt]


def _layer(stack: Stack, name: str) -> dict[str, Any] | None:
    choice = stack.choices.get(name)
    if choice is None:
        return None
    row = _row(stack, name)
    more = row.model_dump(mode="json", include=set(FIELDS.get(name, ()))) if row else {}
    return {**choice.model_dump(mode="json"), **more}


def _row(stack: Stack, name: str) -> Row | None:
    if name == "cuda":
        return stack.toolkits[0]
    row = stack.frameworks.get(name) or getattr(stack, name, None)
    return row if isinstance(row, Row) else None


def as_text(answer: Stack | Refusal) -> list[str]:
    """Return the lines for a person: what, why and until when; or why the plan was refused."""
    if isinstance(answer, Refusal):
        nearest = f"{SEPARATOR}try --want {answer.nearest}" if answer.nearest else ""
        why, *remedy = format_error("", f"{answer.because}{nearest}")
        return [*_wrapped(f"{REFUSED}:", why), *remedy]
    counts = Counter(card.name for card in answer.cards)
    cards = ", ".join(f"{count} x {name}" for name, count in counts.items()) or "no GPU"
    lines = [*_wrapped(f"{answer.system},", cards), ""]
    for name in answer.choices:
        lines += _layer_lines(answer, name)
    lines += [
        line
        for name, why in answer.skipped.items()
        if name in OWN
        for line in _wrapped("  -", f"no {name}: {why}")
    ]
    return [*lines, *(line for said in answer.warnings for line in _wrapped("  !", said))]


def _layer_lines(stack: Stack, name: str) -> list[str]:
    """Return the lines about a layer: its version, then the reason."""
    choice, row = stack.choices[name], _row(stack, name)
    tag = getattr(row, "flavour", None) or getattr(row, "variant", None)
    version = f"{choice.version} {tag}" if tag else choice.version
    source = choice.source.rpartition("/")[2]
    until = f"until {choice.until:%Y-%m}" if choice.until else _last(stack, name)
    head = f"  {name:<13} {version:<23} {source:<8} {until}".rstrip()
    more = name == "driver" or choice.until_reason.startswith("newer")
    why = f"{choice.reason}; {choice.until_reason}" if more else choice.reason
    return [head, *_wrapped("   ", why)]


def _last(stack: Stack, name: str) -> str:
    bound = "no newer" in stack.choices[name].until_reason
    oldest = min(stack.cards, key=lambda card: version_key(card.capability)).sm if bound else ""
    return f"newest for {oldest} here" if bound else ""


def _wrapped(mark: str, text: str) -> list[str]:
    room = min(max(shutil.get_terminal_size().columns, NARROWEST), WIDEST) - len(mark) - 1
    first, *rest = textwrap.wrap(text, room)
    return [f"{mark} {first}", *(f"{' ' * len(mark)} {line}" for line in rest)]
