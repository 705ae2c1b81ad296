"""A lock as a file."""

from __future__ import annotations

import pytest

from dlbox.lockfile.file import dump_lock, parse_lock
from dlbox.stack.model import Refused
from tests.support.locks import a_lock


def test_a_lock_of_another_format_is_refused() -> None:
    with pytest.raises(Refused, match="is of format 2"):
        parse_lock(dump_lock(a_lock()).replace("format: 1", "format: 2"), "x")
