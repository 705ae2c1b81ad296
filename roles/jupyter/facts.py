"""Facts about a box's Jupyter token."""

from __future__ import annotations

from typing import Any

from typing_extensions import override

from dlbox.fact_base import FirstLineFact
from roles.jupyter.content import TOKEN


class TokenState(FirstLineFact):
    """``mode owner`` of the token's file if it contains one, otherwise empty; never the token itself."""

    @override
    def command(self, *args: Any, **kwargs: Any) -> str:
        return f"if [ -s {TOKEN} ]; then stat -c '%a %U' {TOKEN}; fi"
