"""What a box answers when it is asked one thing: lines, or one line."""

from __future__ import annotations

from collections.abc import Iterable

from pyinfra.api import FactBase
from typing_extensions import override


class LinesFact(FactBase[list[str]]):
    """All lines of a command's output."""

    @staticmethod
    @override
    def default() -> list[str]:
        return []

    @override
    def process(self, output: Iterable[str]) -> list[str]:
        return list(output)


class FirstLineFact(FactBase[str]):
    """The first line of a command's output; empty when there is none."""

    @staticmethod
    @override
    def default() -> str:
        return ""

    @override
    def process(self, output: Iterable[str]) -> str:
        return next(iter(output), "")
