"""Write into a bundle: whole files, only where they differ, and by one writer at a time."""

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
    """Have a file with this in it; return whether it was written."""
    if path.is_file() and path.read_bytes() == data:
        return False
    new = path.with_name(f"{path.name}.new")
    new.write_bytes(data)
    new.replace(path)
    return True


@contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Make the folder, and let no second bundle write into it meanwhile. Raises Mistaken."""
    for name in FOLDERS:
        (folder / name).mkdir(parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        # Some file systems of USB disks have no locks; they also have no second writer.
        if error.errno == EWOULDBLOCK:
            os.close(handle)
            msg = f"--to {folder}: another dlbox bundle writes into it | wait for it"
            raise UserError(msg) from error
    try:
        yield
    finally:
        # Not left to close: gevent, where pyinfra has been loaded, puts that off.
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_UN)
        os.close(handle)
