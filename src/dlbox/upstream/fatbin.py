"""Find the machine code in a library, from the fat binaries that nvcc puts into it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from struct import Struct
from typing import Protocol

_MAGIC = b"\x50\xed\x55\xba"
_HEADER = Struct("<4sHHQ")  # magic, version, size of this header, size of what follows
_ENTRY = Struct(
    "<HHIQ12xI"
)  # kind, version, size of this header, size of the code, architecture
_VERSION, _HEADER_SIZE = 1, 16
_KINDS = {1: "compute", 2: "sm"}  # PTX, an ELF file
_FLAGS = re.compile(rb"(?:(?:sm|compute)_\d+[af]?[ ,]?){3,}")


class Bytes(Protocol):
    """Bytes in memory or in a mapped file."""

    def __len__(self) -> int: ...
    def __getitem__(self, part: slice, /) -> bytes: ...
    def find(self, sub: bytes, start: int, /) -> int:
        """Return the offset of ``sub`` from ``start`` on; -1: it does not occur."""


def archs(code: Bytes) -> set[str]:
    """Return every sm_NN and compute_NN of every fat binary in a library."""
    found: set[str] = set()
    at = code.find(_MAGIC, 0)
    while at >= 0:
        end = _end(code, at)
        found.update(_entries(code, at + _HEADER_SIZE, end))
        at = code.find(_MAGIC, max(end, at + len(_MAGIC)))
    return found


def _end(code: Bytes, at: int) -> int:
    """Return the end of the fat binary at ``at``, or ``at`` itself if no fat binary begins there."""
    header = code[at : at + _HEADER.size]
    if len(header) < _HEADER.size:
        return at
    _, version, size, rest = _HEADER.unpack(header)
    valid = (version, size) == (_VERSION, _HEADER_SIZE) and at + size + rest <= len(code)
    return at + size + int(rest) if valid else at


def _entries(code: Bytes, at: int, end: int) -> Iterator[str]:
    while at + _ENTRY.size <= end:
        kind, _, head, size, arch = _ENTRY.unpack(code[at : at + _ENTRY.size])
        if head < _ENTRY.size or kind not in _KINDS:
            return
        yield f"{_KINDS[kind]}_{arch}"
        at += head + size


def flags(code: bytes) -> list[str]:
    """Return every list of three or more architectures that a library contains as text."""
    return [found.decode().strip(" ,") for found in _FLAGS.findall(code)]


def ordered(names: Iterable[str]) -> str:
    """Return the names as the catalogue writes them: machine code, then PTX, each by number."""
    return " ".join(sorted(names, key=_order))


def _order(name: str) -> tuple[bool, int, str]:
    kind, _, number = name.partition("_")
    return (kind != "sm", int(re.sub(r"\D", "", number)), name)
