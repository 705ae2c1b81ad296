"""What became of each box, collected while pyinfra runs."""

from __future__ import annotations

import atexit
from collections.abc import Mapping

import pytest
from pyinfra.api import Config, Host, Inventory, State
from pyinfra.api.state import StateOperationMeta, StateStage

from dlbox.apply.results import (
    Results,
    collect_results,
    fail_stopped,
    report_at_exit,
    take_results,
)
from dlbox.plan.result import Result

UNREACHABLE = "unreachable, nothing was changed | see above, then run the same command again"
LOST = "the connection was lost | see above, then run the same command again"


@pytest.fixture
def state() -> State:
    """Return a run of three boxes, all of which were reached."""
    run = State(Inventory((["a", "b", "c"], {})), Config())
    run.activated_hosts = set(run.inventory)
    return run


def hosts(state: State) -> dict[str, Host]:
    return {host.name: host for host in state.inventory}


def fail_operation(state: State, host: Host, name: str) -> None:
    """Have pyinfra say that an operation failed at a box."""
    state.op_meta["hash"] = StateOperationMeta((0,))
    state.op_meta["hash"].names = {name}
    state.trigger_callbacks("operation_host_error", host, "hash", 0, 0)


def test_a_run_has_one_collection_of_results_and_another_run_another(state: State) -> None:
    results = Results.of(state)
    assert Results.of(state) is results
    assert state.callback_handlers == [results]
    other = State(Inventory((["a"], {})), Config())
    results["a"].failed = "no stack"
    assert Results.of(other)["a"] == Result()


def test_the_result_of_a_box_is_made_once_and_written_to(state: State) -> None:
    results = Results.of(state)
    results["a"].notices += ("one",)
    assert results["a"] is results["a"]
    assert results.boxes == {"a": Result(notices=("one",))}


def test_a_failed_operation_is_named_by_its_step(state: State) -> None:
    Results.of(state)
    fail_operation(state, hosts(state)["b"], "Fetch the locked packages")
    assert collect_results(state)["b"].failed == (
        "Fetch the locked packages: failed | see its last lines above"
    )


def test_the_first_reason_of_a_failure_is_kept(state: State) -> None:
    results = Results.of(state)
    results["a"].failed = "refused, nothing was changed: no stack"
    fail_operation(state, hosts(state)["a"], "Preflight")
    state.failed_hosts = {hosts(state)["a"]}
    assert collect_results(state)["a"].failed == "refused, nothing was changed: no stack"


def test_a_box_that_was_not_reached_or_got_lost_says_so(state: State) -> None:
    state.activated_hosts -= {hosts(state)["a"]}
    state.failed_hosts = {hosts(state)["a"], hosts(state)["b"]}
    found = collect_results(state)
    assert {name: result.failed for name, result in found.items()} == {
        "a": UNREACHABLE,
        "b": LOST,
        "c": None,
    }


def test_a_box_whose_last_operation_was_not_carried_out_has_failed(state: State) -> None:
    state.current_stage = StateStage.Disconnect
    for name, done in (("a", 3), ("b", 2), ("c", 0)):
        state.get_meta_for_host(hosts(state)[name]).ops = 3
        state.get_results_for_host(hosts(state)[name]).ops = done
    assert {name: result.failed for name, result in collect_results(state).items()} == {
        "a": None,
        "b": "the run ended before its last step | see above, then run the same command again; it resumes there",
        "c": "the run ended before its last step | see above, then run the same command again; it resumes there",
    }


@pytest.mark.parametrize("stage", StateStage)
def test_an_exception_before_any_change_is_a_failure_of_every_box(
    state: State, stage: StateStage
) -> None:
    state.current_stage = stage
    results = {"a": Result(), "b": Result(failed="no stack")}
    fail_stopped(state, results)
    early = stage < StateStage.Execute
    why = "the run ended before any change | see above, then run the same command again"
    assert results == {
        "a": Result(failed=why if early else None),
        "b": Result(failed="no stack"),
    }


def test_only_the_boxes_of_the_limit_have_a_result(state: State) -> None:
    state.limit_hosts = [hosts(state)["c"]]
    state.activated_hosts = {hosts(state)["c"]}
    assert collect_results(state) == {"c": Result(dry=True)}


@pytest.mark.parametrize("stage", StateStage)
def test_a_run_that_never_began_to_change_boxes_is_dry(state: State, stage: StateStage) -> None:
    state.current_stage = stage
    dry = {name: result.dry for name, result in collect_results(state).items()}
    assert dry == dict.fromkeys("abc", stage < StateStage.Execute)


def test_what_is_left_to_do_is_told_in_one_order() -> None:
    assert Result().pending == ()
    all_of_it = Result(
        deferred="the driver stays", reboot="a new kernel", enrol=("reboot", "enrol the key")
    )
    assert all_of_it.pending == (
        "the driver stays",
        "a new kernel",
        "reboot",
        "enrol the key",
    )
    assert Result(driver_deferred=True).pending == ()


def boxes(results: Mapping[str, Result]) -> list[str]:
    """Report the boxes by their names alone."""
    return list(results)


def test_a_report_is_printed_once_where_nobody_took_the_results(
    state: State, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ends = []
    monkeypatch.setattr(atexit, "register", lambda *words: ends.append(words))
    for _ in hosts(state):
        report_at_exit(state, boxes)
    [(at_end, *arguments)] = ends
    at_end(*arguments)
    assert capsys.readouterr().err.splitlines() == ["a", "b", "c"]


def test_results_that_were_taken_are_printed_by_whoever_took_them(
    state: State, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ends = []
    monkeypatch.setattr(atexit, "register", lambda *words: ends.append(words))
    report_at_exit(state, boxes)
    assert list(take_results(state)) == ["a", "b", "c"]
    [(at_end, *arguments)] = ends
    at_end(*arguments)
    assert capsys.readouterr().err == ""
