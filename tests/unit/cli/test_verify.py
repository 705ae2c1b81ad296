"""How `dlbox verify` starts pytest, and what it makes of its end."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from dlbox.cli import verify

ROOT = Path(__file__).parents[3]


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    found: list[list[str]] = []

    def call(argv: Sequence[str], **_: Any) -> int:
        found.append(list(argv))
        return 0

    monkeypatch.setattr(verify, "call", call)
    return found


def test_words_after_the_dashes_are_pytests(started: list[list[str]]) -> None:
    words = [
        "inventory/lab.py",
        "--limit",
        "pascal",
        "--data",
        "box_profile=full",
        "--user",
        "ada",
    ]
    assert verify.command.run([*words, "--", "-k", "cuda or nccl", "-x"]) == 0
    given = started[0][started[0].index(str(ROOT / "roles")) :]
    assert given == [
        str(ROOT / "roles"),
        str(ROOT / "src/dlbox/verify/cards.py"),
        str(ROOT / "src/dlbox/verify/packages.py"),
        f"--target={ROOT}/inventory/lab.py"
        if Path.cwd() != ROOT
        else "--target=inventory/lab.py",
        "--limit=gtx-1",
        "--limit=gtx-2",
        "--data=box_profile=full",
        "--data=ssh_user=ada",
        *("-k", "cuda or nccl", "-x"),
    ]


def test_nothing_of_where_one_stands_is_read(started: list[list[str]]) -> None:
    verify.command.run(["@local"])
    words = started[0]
    assert words[words.index("-c") + 1] == "/dev/null"
    assert {f"--rootdir={ROOT}", "--import-mode=importlib", "no:cacheprovider"} <= set(words)


@pytest.mark.parametrize(
    ("pytests", "ours"), [(0, 0), (1, 1), (2, 130), (3, 1), (4, 2), (5, 1)]
)
def test_no_checks_are_no_proof(
    monkeypatch: pytest.MonkeyPatch, pytests: int, ours: int
) -> None:
    monkeypatch.setattr(verify, "call", lambda *_, **__: pytests)
    assert verify.command.run(["@local"]) == ours
