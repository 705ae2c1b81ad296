"""How boxes differ, for people, for programs and as an exit code."""

from __future__ import annotations

import json

from dlbox.plan.reports import LOST, comparisons, data, exit_code, format_drift_report, lines
from dlbox.plan.result import Result
from dlbox.state.drift import Change, Comparison, drift_json

PROFILE = ("file", "/etc/profile.d/dlbox-cuda.sh")


def test_programs_get_the_same() -> None:
    change = Change(*PROFILE, "box", "a", "b", "content changed")
    box = Comparison((change,), refused="no", pending=("reboot",))
    assert json.loads(json.dumps(data(box))) == {
        "changes": [
            {
                "kind": "file",
                "name": PROFILE[1],
                "changed_in": "box",
                "was": "a",
                "now": "b",
                "detail": "content changed",
            }
        ],
        "refused": "no",
        "failed": None,
        "pending": ["reboot"],
    }
    assert drift_json([]) == []


def test_what_is_refused_or_pending_is_said_beside_the_changes() -> None:
    assert lines("box", Comparison(refused="no such card", pending=("reboot",))) == [
        "box: no drift",
        "  its settings are refused, so only changes on the box are listed: no such card",
        "  pending since the last up: reboot",
    ]
    assert lines("box", LOST) == ["box: no answer; see above"]


def test_the_exit_code_is_of_the_worst_box() -> None:
    good, bad = Comparison(), Comparison((Change(*PROFILE, "box", "", "", ""),))
    assert exit_code({"a": good}) == 0
    assert exit_code({"a": good, "b": bad}) == 6
    assert exit_code({"a": good, "b": bad, "c": LOST}) == 1


def test_a_box_that_did_not_answer_could_not_be_compared() -> None:
    change = Change(*PROFILE, "both", "", "", "content changed")
    results = {"b": Result(comparison=Comparison((change,))), "a": Result()}
    assert comparisons(results) == {"a": LOST, "b": Comparison((change,))}
    assert list(comparisons(results)) == ["a", "b"]
    assert format_drift_report(results) == [
        "",
        "a: no answer; see above",
        "",
        "b: 1 difference",
        "  both  file /etc/profile.d/dlbox-cuda.sh: content changed",
    ]
