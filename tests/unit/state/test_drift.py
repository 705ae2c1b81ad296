"""What has changed since ``up``: in the settings, on the box, or both; and how it is told."""

from __future__ import annotations

from typing import get_args

from dlbox.plan.reports import exit_code
from dlbox.state.drift import LABELS, Change, ChangedIn, Comparison, classify, format_drift
from dlbox.state.record import Difference, Record

OLD, NEW = "a" * 64, "b" * 64
PROFILE = ("file", "/etc/profile.d/dlbox-cuda.sh")
APPLIED = Record(
    digest="d1",
    declared={
        PROFILE: f"644 {OLD}",
        ("package", "libcuda1"): "550.",
        ("tree", "/opt/v"): OLD,
        ("user", "jupyter"): "",
    },
    differences=(
        Difference(*PROFILE, f"644 0 0 {OLD}", f"644 0 0 {NEW}"),
        Difference("package", "libcuda1", "550.1-2 hi", "550.1-2 ii"),
    ),
)
AS_BEFORE = ["\t".join((*item, value)) for item, value in APPLIED.declared.items()]


def changed_in(changes: list[Change]) -> dict[str, str]:
    return {change.name: change.changed_in for change in changes}


def test_what_only_the_box_has_changed_is_on_the_box() -> None:
    assert changed_in(classify(APPLIED, AS_BEFORE, "d1")) == {
        PROFILE[1]: "box",
        "libcuda1": "box",
    }


def test_what_only_the_settings_have_changed_is_in_the_settings() -> None:
    wanted = [*AS_BEFORE[:2], f"tree\t/opt/v\t{NEW}", "file\t/etc/new\t644 x"]
    changes = classify(APPLIED, wanted)
    assert changed_in(changes) == {
        PROFILE[1]: "box",
        "libcuda1": "box",
        "/opt/v": "settings",
        "/etc/new": "settings",
        "jupyter": "settings",
    }
    assert Change("user", "jupyter", "settings", "", "", "no longer requested") in changes


def test_what_both_have_changed_is_both_and_told_so() -> None:
    changes = classify(APPLIED, [f"{line}x" for line in AS_BEFORE[:1]] + AS_BEFORE[1:])
    [both] = [change for change in changes if change.changed_in == "both"]
    assert both == Change(
        *PROFILE,
        "both",
        f"644 0 0 {OLD}",
        f"644 0 0 {NEW}",
        f"content changed; and by the settings: 644 {OLD} -> 644 {OLD}x",
    )


def test_where_the_settings_are_refused_the_box_is_still_told_of() -> None:
    assert changed_in(classify(APPLIED, None)) == {PROFILE[1]: "box", "libcuda1": "box"}


def test_inputs_that_differ_to_no_effect_are_in_the_settings() -> None:
    quiet = Record(digest="d1", declared=APPLIED.declared)
    assert classify(quiet, AS_BEFORE, "d1") == []
    [change] = classify(quiet, AS_BEFORE, "d2")
    assert (change.kind, change.changed_in, change.was, change.now) == (
        "inputs",
        "settings",
        "d1",
        "d2",
    )


def test_inputs_that_a_pending_boot_changes_are_nobodys() -> None:
    waiting = Record(digest="d1", declared=APPLIED.declared, pending=("reboot",))
    assert classify(waiting, AS_BEFORE, "d2") == []


def test_a_box_is_told_a_line_a_change_in_columns() -> None:
    changes = [
        Change(*PROFILE, "box", "", "", "content changed"),
        Change("package", "libcuda1", "settings", "", "", "now requested"),
    ]
    assert format_drift("box", changes) == [
        "box: 2 differences",
        "  on the box       file /etc/profile.d/dlbox-cuda.sh: content changed",
        "  in the settings  package libcuda1: now requested",
    ]
    assert format_drift("box", changes[:1])[0] == "box: 1 difference"
    assert format_drift("box", []) == ["box: no drift"]


def test_an_interrupted_run_is_drift_even_where_the_box_is_as_recorded() -> None:
    interrupted = Record(digest="d1", interrupted=True, pending=("reboot",))
    changes = classify(interrupted, [], "d1")
    assert format_drift("m", changes) == [
        "m: 1 difference",
        "  in the settings  run up: interrupted; run it again",
    ]
    assert exit_code({"m": Comparison(tuple(changes))}) == 6


def test_each_place_of_a_change_has_a_label_of_its_own() -> None:
    assert set(LABELS) == set(get_args(ChangedIn))
    assert len(set(LABELS.values())) == len(LABELS)
    rows = [Change(*PROFILE, place, "", "", "x") for place in LABELS]
    assert [line[2:17].rstrip() for line in format_drift("box", rows)[1:]] == [
        *("in the settings", "on the box", "both")
    ]
