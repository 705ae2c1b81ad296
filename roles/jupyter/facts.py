"""What a box says about its Jupyter token."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pyinfra.api import FactBase
from typing_extensions import override

from roles.jupyter.content import TOKEN


class TokenState(FactBase[str]):
    """``mode owner`` of the token's file when it holds one; empty when not. Never the token."""

    @override
    def command(self, *args: Any, **kwargs: Any) -> str:
        return f"if [ -s {TOKEN} ]; then stat -c '%a %U' {TOKEN}; fi"

    @staticmethod
    @override
    def default() -> str:
        return ""

    @override
    def process(self, output: Iterable[str]) -> str:
        return next(iter(output), "")
