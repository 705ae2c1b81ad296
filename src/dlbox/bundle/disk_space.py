"""Whether the disk has room, told before the first byte."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from dlbox.bundle.errors import NoSpace
from dlbox.bundle.progress import gb


def require_space(needs: Iterable[tuple[Path, int]]) -> None:
    """Have room for so many bytes below each path. Raises NoRoom."""
    by_disk: dict[int, tuple[Path, int]] = {}
    for path, count in needs:
        there = _standing(path)
        disk = there.stat().st_dev
        first, before = by_disk.get(disk, (path, 0))
        by_disk[disk] = (first, before + count)
    for path, count in by_disk.values():
        free = shutil.disk_usage(_standing(path)).free
        if count > free:
            msg = f"needs {gb(count)}, {path} has {gb(free)} | free {gb(count - free)} there"
            raise NoSpace(msg)


def _standing(path: Path) -> Path:
    """Return the path, or what is there of it."""
    return next(each for each in (path, *path.parents) if each.exists())
