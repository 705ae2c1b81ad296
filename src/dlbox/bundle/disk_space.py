"""Check that the disk has enough room before the first byte is downloaded."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from dlbox.bundle.errors import NoSpace
from dlbox.bundle.progress import gb


def require_space(needs: Iterable[tuple[Path, int]]) -> None:
    """Check that each path's disk has room for its number of bytes. Raises NoSpace."""
    by_disk: dict[int, tuple[Path, int]] = {}
    for path, count in needs:
        existing = _existing_parent(path)
        disk = existing.stat().st_dev
        first, before = by_disk.get(disk, (path, 0))
        by_disk[disk] = (first, before + count)
    for path, count in by_disk.values():
        free = shutil.disk_usage(_existing_parent(path)).free
        if count > free:
            msg = f"needs {gb(count)}, {path} has {gb(free)} | free {gb(count - free)} there"
            raise NoSpace(msg)


def _existing_parent(path: Path) -> Path:
    """Return the path itself or, if it does not exist, its nearest parent that does."""
    return next(each for each in (path, *path.parents) if each.exists())
