"""What people read of an error, and what a terminal must not get."""

from __future__ import annotations

import pytest

from dlbox.errors import format_error, printable


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("no such setting | see below", ["a: no such setting", "  -> see below"]),
        ("one | two | three", ["a: one | two", "  -> three"]),
        ("no remedy", ["a: no remedy"]),
        ("x | 1\ny | 2", ["a: x", "  -> 1", "a: y", "  -> 2"]),
    ],
)
def test_an_error_is_what_and_then_what_to_do(text: str, lines: list[str]) -> None:
    assert format_error("a", text) == lines


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("x\x1b[2Jy", "x?[2Jy"),
        ("a\rb\x07\x00", "a?b??"),
        ("\x9b31m", "?31m"),
        ("a\u202eb", "a?b"),
        ("tab\tand größe ✓", "tab\tand größe ✓"),
    ],
)
def test_a_box_cannot_control_the_terminal(said: str, shown: str) -> None:
    assert printable([said, "next"]) == f"{shown}\nnext"
