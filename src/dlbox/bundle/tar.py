"""Pack the whole bundle into one file, with the same bytes for the same files."""

from __future__ import annotations

import tarfile
from collections.abc import Iterable
from datetime import datetime, timezone
from pathlib import Path

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
