"""The disk that a bundle takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from dlbox.bundle.errors import NoSpace
from dlbox.bundle.writer import require_space


def test_a_disk_that_is_too_small_is_told_beforehand(tmp_path: Path) -> None:
    require_space([(tmp_path / "new" / "deeper", 1)])
    with pytest.raises(
        NoSpace, match=r"needs 200000000\.00 GB, .*/new has .* GB \| free .* there"
    ):
        require_space([(tmp_path / "new", 10**17), (tmp_path / "b.tar", 10**17)])
