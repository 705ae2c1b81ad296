"""The two formats a .deb is made of, ar and tar."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

Content = str | bytes | Path


def ar(members: Mapping[str, bytes]) -> bytes:
    """Return an archive as dpkg reads it: small files, nobody's and of no time."""
    return b"!<arch>\n" + b"".join(_member(*member) for member in members.items())


def _member(name: str, data: bytes) -> bytes:
    head = f"{name:<16}{0:<12}{0:<6}{0:<6}{'100644':<8}{len(data):<10}`\n"
    return head.encode() + data + b"\n" * (len(data) % 2)


def tar_gz(
    files: Mapping[str, Content], executables: Mapping[str, Content], links: Mapping[str, str]
) -> bytes:
    """Return files, executables and links with the folders they lie in, all of them root's."""
    packed = io.BytesIO()
    paths = [PurePosixPath("/", path) for path in (*files, *executables, *links)]
    folders = {folder for path in paths for folder in path.parents}
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for folder in sorted(folders):
            _add(tar, str(folder).rstrip("/") + "/", 0o755, tarfile.DIRTYPE)
        for mode, group in ((0o644, files), (0o755, executables)):
            for path, content in group.items():
                _add(tar, path, mode, data=_bytes(content))
        for path, target in links.items():
            _add(tar, path, 0o777, tarfile.SYMTYPE, target=target)
    return gzip.compress(packed.getvalue(), compresslevel=1, mtime=0)


def _add(  # noqa: PLR0913 - a member of a tar file is these
    tar: tarfile.TarFile,
    path: str,
    mode: int,
    kind: bytes = tarfile.REGTYPE,
    *,
    data: bytes = b"",
    target: str = "",
) -> None:
    member = tarfile.TarInfo("./" + path.lstrip("/"))
    member.mode, member.type, member.size, member.linkname = mode, kind, len(data), target
    member.uname = member.gname = "root"
    tar.addfile(member, io.BytesIO(data))


def _bytes(content: Content) -> bytes:
    if isinstance(content, Path):
        return content.read_bytes()
    return content.encode() if isinstance(content, str) else content
