"""Write a bundle's files: enough disk, one writer, each file whole or not at all."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from errno import EWOULDBLOCK
from pathlib import Path

from dlbox.bundle.errors import NoSpace, UserError
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


FOLDERS = ("apt", "wheels")


def write_if_changed(path: Path, data: bytes) -> bool:
    """Write the data to a file unless it already contains it; return whether it was written."""
    if path.is_file() and path.read_bytes() == data:
        return False
    new = path.with_name(f"{path.name}.new")
    new.write_bytes(data)
    new.replace(path)
    return True


@contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Create the folder, and lock it against other bundle commands meanwhile. Raises UserError."""
    for name in FOLDERS:
        (folder / name).mkdir(parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        # Some file systems of USB disks have no locks, but they have no second writer either.
        if error.errno == EWOULDBLOCK:
            os.close(handle)
            msg = f"--to {folder}: another dlbox bundle is writing to it | wait for it"
            raise UserError(msg) from error
    try:
        yield
    finally:
        # Closing alone is not enough: where pyinfra has loaded gevent, gevent postpones the close.
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_UN)
        os.close(handle)
