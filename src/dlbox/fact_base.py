"""Base classes of facts: all lines of a command's output, or only the first line."""

from __future__ import annotations

from collections.abc import Iterable

from pyinfra.api import FactBase
from typing_extensions import override

BEGIN, END = "dlbox begin", "dlbox end"
"""First and last line of an answer, as the command prints them."""


def unframe(output: Iterable[str]) -> tuple[list[str], str]:
    """Return the lines between BEGIN and END, and what the box's shell has said before them.

    Raises ValueError where the answer is not whole.
    """
    lines = [line.rstrip("\r\n") for line in output]
    if BEGIN not in lines or END not in lines:
        msg = f"the answer is not whole: {lines[-3:]}"
        raise ValueError(msg)
    first = lines.index(BEGIN)
    last = len(lines) - 1 - lines[::-1].index(END)
    return lines[first + 1 : last], " ".join(lines[:first]).strip()


class LinesFact(FactBase[list[str]]):
    """Fact that returns all lines of a command's output."""

    @staticmethod
    @override
    def default() -> list[str]:
        return []

    @override
    def process(self, output: Iterable[str]) -> list[str]:
        return list(output)


class FirstLineFact(FactBase[str]):
    """Fact that returns the first line of a command's output, empty if there is no output."""

    @staticmethod
    @override
    def default() -> str:
        return ""

    @override
    def process(self, output: Iterable[str]) -> str:
        return next(iter(output), "")
