"""Write whole files into a bundle, only where they differ, and by one process at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from errno import EWOULDBLOCK
from pathlib import Path

from dlbox.bundle.errors import UserError

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
