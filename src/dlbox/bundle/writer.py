"""Write a bundle: enough disk, one writer, each file whole or not at all, and all of it as one tar."""

from __future__ import annotations

import fcntl
import os
import shutil
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timezone
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
    # A link that somebody has planted there leads elsewhere.
    new.unlink(missing_ok=True)
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


TOP = "bundle"
"""The folder that the tar file unpacks to."""


def pack(tar: Path, folder: Path, names: Iterable[str], day: str) -> bool:
    """Write the named files of the folder into a tar; return whether that was necessary."""
    members = _members(folder, list(names), day)
    if _is_current(tar, folder, members):
        return False
    part = tar.with_name(f"{tar.name}.part")
    with tarfile.open(part, "w", format=tarfile.GNU_FORMAT) as made:
        for member in members:
            if member.isdir():
                made.addfile(member)
                continue
            with (folder / member.name.removeprefix(f"{TOP}/")).open("rb") as file:
                made.addfile(member, file)
    part.replace(tar)
    return True


def _members(folder: Path, names: list[str], day: str) -> list[tarfile.TarInfo]:
    folders = {str(Path(TOP, name).parent) for name in names}
    made = []
    for name in sorted(folders | {f"{TOP}/{name}" for name in names}):
        member = tarfile.TarInfo(name)
        member.mtime = int(datetime.fromisoformat(day).replace(tzinfo=timezone.utc).timestamp())
        member.uname = member.gname = "root"
        member.mode = 0o644
        if name in folders:
            member.type, member.mode = tarfile.DIRTYPE, 0o755
        else:
            member.size = (folder / name.removeprefix(f"{TOP}/")).stat().st_size
        made.append(member)
    return made


def _is_current(tar: Path, folder: Path, members: list[tarfile.TarInfo]) -> bool:
    """Return whether the tar has these members, and the same checksums as the folder."""
    if not tar.is_file():
        return False
    try:
        with tarfile.open(tar, "r:") as existing:
            found = [(member.name, member.size, member.mtime) for member in existing]
            inside = existing.extractfile(f"{TOP}/SHA256SUMS")
            sums = inside.read() if inside else b""
    except (tarfile.TarError, KeyError):
        return False
    same = found == [(member.name, member.size, member.mtime) for member in members]
    return same and sums == (folder / "SHA256SUMS").read_bytes()
