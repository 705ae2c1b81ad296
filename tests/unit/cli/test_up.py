"""What a run of `up` amounts to, as an exit code."""

from __future__ import annotations

import pytest
from pyinfra.api import Config, Inventory, State
from pyinfra.api.state import StateStage

from dlbox.cli.up import exit_code
from dlbox.plan.result import Result

END, EXECUTE = StateStage.Disconnect, StateStage.Execute
REFUSED = Result(refused=True, failed="x")
FAILED = Result(failed="x")


@pytest.mark.parametrize(
    ("pyinfra", "stage", "boxes", "code"),
    [
        (0, END, [Result()], 0),
        (1, END, [Result()], 1),
        (0, END, [Result(), FAILED], 1),
        (0, END, [Result(deferred="busy")], 1),
        (1, END, [REFUSED, REFUSED], 3),
        (0, END, [REFUSED, Result()], 1),
        (0, END, [Result(reboot="kernel")], 5),
        (0, EXECUTE, [FAILED], 130),
        (1, EXECUTE, [FAILED], 1),
        (0, StateStage.Prepare, [Result()], 0),
    ],
)
def test_the_exit_code_is_the_worst_that_became_of_a_box(
    pyinfra: int, stage: StateStage, boxes: list[Result], code: int
) -> None:
    state = State(Inventory(([], {})), Config())
    state.current_stage = stage
    results = {str(number): box for number, box in enumerate(boxes)}
    assert exit_code(pyinfra, results, state) == code
