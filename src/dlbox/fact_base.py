"""Base classes of facts: all lines of a command's output, or only the first line."""

from __future__ import annotations

from collections.abc import Iterable

from pyinfra.api import FactBase
from typing_extensions import override


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
