"""What `dlbox uninstall` plans for a box, and what it says of it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from dlbox.apply.prune import orphans
from dlbox.apply.uninstall import kept_accounts, no_stack
from dlbox.plan.plan import Plan
from dlbox.plan.reports import format_removal
from dlbox.plan.result import Result
from dlbox.state.manifest import Manifest
from dlbox.state.record import Record
from tests.support.builders import a_box, some_settings

FORGET = Path(__file__).parents[3] / "src/dlbox/apply/shell/forget.sh"
DECLARED = {
    ("file", "/etc/dlbox/x"): "644 ab",
    ("package", "tmux"): "",
    ("user", "jupyter"): "",
}


def a_removal(**declared: str) -> Plan:
    items = dict.fromkeys(declared.items(), "")
    box = a_box(recorded=Record(declared=items))
    return Plan(box, some_settings(), no_stack("debian-13"), Manifest(), "uninstalled")


def test_all_but_accounts_is_no_longer_asked_for() -> None:
    assert orphans(Record(declared=DECLARED), Manifest().lines()) == [
        ("file", "/etc/dlbox/x"),
        ("package", "tmux"),
    ]


def test_nothing_is_planned() -> None:
    stack = no_stack("debian-13")
    assert (stack.driver, stack.toolkits, stack.frameworks, stack.choices) == (None, (), {}, {})


def test_accounts_are_told_of() -> None:
    assert kept_accounts(a_removal(user="jupyter", file="/x")) == (
        "account jupyter stays, its home may hold somebody's work; sudo userdel -r jupyter",
    )
    assert kept_accounts(a_removal(file="/x")) == ()


@pytest.mark.parametrize(
    ("result", "lines"),
    [
        (Result(removed=(("file", 2), ("tree", 1))), ["a: removed 2 files, 1 tree"]),
        (Result(removed=(("file", 1),), dry=True), ["a: would remove 1 file"]),
        (Result(), ["a: nothing of dlbox is recorded there"]),
        (Result(failed="refused: no | do"), ["a: refused: no", "  -> do"]),
        (
            Result(removed=(("file", 1),), notices=("x stays: y needs it",)),
            ["a: removed 1 file", "  stays         x stays: y needs it"],
        ),
        (
            Result(
                removed=(("unit", 1),), deferred="the driver change is deferred: python uses it"
            ),
            [
                "a: removed 1 unit",
                "  deferred      the driver change is deferred: python uses it",
                "  next          dlbox uninstall again, once that is over",
            ],
        ),
    ],
)
def test_what_became_of_a_box(result: Result, lines: list[str]) -> None:
    assert format_removal("a", result) == ["", *lines]


def test_what_people_changed_stays(tmp_path: Path) -> None:
    """The script, with its folders below another root, and nothing to purge."""
    for name in (
        "etc/dlbox/gpu-policy",
        "etc/dlbox/a.dlbox-kept",
        "opt/dlbox/trees/x/y",
        "var/lib/dlbox/packages",
        "var/lib/dlbox/adopted/2026/z",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    text = FORGET.read_text(encoding="utf-8")
    for folder in ("/etc", "/opt", "/var", "/run"):
        text = re.sub(rf"([ =]){folder}/", rf"\1{tmp_path}{folder}/", text)
    code = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    outside = re.findall(
        r"(?<!\w)/(?:etc|opt|var|run)/\S*", code.replace(str(tmp_path), "HERE")
    )
    assert outside == [], "it would work on this machine's own folders"
    stubs = "purge() { :; }\ntaken_with() { :; }\nours() { :; }\n"
    subprocess.run(["sh", "-c", stubs + text], check=True, capture_output=True)
    left = [str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file()]
    assert sorted(left) == ["etc/dlbox/a.dlbox-kept", "var/lib/dlbox/adopted/2026/z"]
