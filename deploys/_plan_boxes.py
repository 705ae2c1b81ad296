"""Plan for the boxes of an inventory: what each would get, and what apt would do there."""

from __future__ import annotations

import json

from deploys._guard import BadInput, complain, request
from deploys._plan_text import as_data, as_text
from deploys.up import FAILED, REFUSED, run_pyinfra
from roles.box.outcome import OUTCOMES, Outcome, take_stock
from roles.stack.model import Refusal


def plan_boxes(argv: list[str]) -> int:
    """Look at each box, print its plan, change nothing."""
    wants_json = "--json" in argv
    try:
        asked = request(word for word in argv if word != "--json")
    except BadInput as error:
        return complain("plan", error)
    run_pyinfra(asked, "deploys/_look.py", "--dry", "-y")
    take_stock()
    if wants_json:
        boxes = {name: _data(outcome) for name, outcome in OUTCOMES.items()}
        print(json.dumps({"boxes": boxes}, indent=2))
    else:
        for name in sorted(OUTCOMES):
            print("\n".join(("", f"{name}: {_head(OUTCOMES[name])}", *_lines(OUTCOMES[name]))))
    refused = any(outcome.refused for outcome in OUTCOMES.values())
    lost = any(outcome.plan is None and not outcome.refused for outcome in OUTCOMES.values())
    return FAILED if lost else REFUSED if refused else 0


def _data(outcome: Outcome) -> dict[str, object]:
    if outcome.plan is None:
        return as_data(Refusal(because=outcome.failed or "no answer", nearest=None))
    apt = outcome.apt
    return {**as_data(outcome.plan.stack), "apt": apt and vars(apt)}


def _head(outcome: Outcome) -> str:
    return as_text(outcome.plan.stack)[0] if outcome.plan else outcome.failed or "no answer"


def _lines(outcome: Outcome) -> list[str]:
    if outcome.plan is None:
        return []
    apt = [f"  {line}" for line in outcome.apt.told()] if outcome.apt else []
    return [*as_text(outcome.plan.stack)[1:], *apt]
