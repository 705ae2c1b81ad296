"""Read which GPUs the binaries of wheels have machine code for."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from mmap import ACCESS_READ, mmap
from pathlib import Path
from struct import Struct
from tempfile import TemporaryDirectory
from typing import Protocol
from zipfile import ZipFile

from dlbox.subprocesses import Unreadable
from dlbox.upstream.wheel_metadata import downloaded

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


# The members of a package to read: torch._C._cuda_getArchFlags returns a text that
# libtorch_python.so contains; TensorFlow lists its own in a file; otherwise every fat binary counts.
_MEMBERS = {
    "torch": r"torch/lib/libtorch_python\.so",
    "tensorflow": r"tensorflow/python/platform/build_info\.py",
    "nvidia-cudnn": r".*/libcudnn_ops\.so\.\d+",
    "nvidia-nccl": r".*/libnccl\.so\.\d+",
    "jax": r".*\.so",
}


def packages(framework: str, variant: str) -> tuple[str, ...]:
    """Return the packages that contain a framework's own machine code."""
    plain = {"pytorch": ("torch",), "tensorflow": ("tensorflow",)}
    return plain.get(framework, tuple(f"jax-{variant}-{part}" for part in ("plugin", "pjrt")))


def machine_code(package: str, version: str, python: str) -> set[str]:
    """Download a wheel, return its architectures and delete it. Raises Unreadable."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        wheel = downloaded(package, version, python, folder)
        found = read(package, wheel, folder)
    if not found:
        msg = f"{wheel.name}: no machine code found in it"
        raise Unreadable(msg)
    return found


def read(package: str, wheel: Path, folder: Path) -> set[str]:
    """Return the architectures from the relevant members, unpacked one after the other into ``folder``."""
    [wanted] = [what for name, what in _MEMBERS.items() if package.startswith(name)]
    found: set[str] = set()
    with ZipFile(wheel) as archive:
        for member in archive.namelist():
            if re.fullmatch(wanted, member):
                file = Path(archive.extract(member, folder))
                found |= _archs_of_member(package, file)
                file.unlink()
    return found


def _archs_of_member(package: str, file: Path) -> set[str]:
    if file.suffix == ".py":
        return of_build_info(file.read_text(encoding="utf-8"))
    if package == "torch":
        return set(max(flags(file.read_bytes()), key=len, default="").split())
    with file.open("rb") as opened, mmap(opened.fileno(), 0, access=ACCESS_READ) as mapped:
        return archs(mapped)


def of_build_info(text: str) -> set[str]:
    """Return cuda_compute_capabilities from TensorFlow's build_info.py, without running it."""
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Tuple(elts=[ast.Constant(value="cuda_compute_capabilities"), value]):
                return set(ast.literal_eval(value))
    return set()
