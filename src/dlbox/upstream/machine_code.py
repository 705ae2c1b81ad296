"""Read the machine code in a wheel from the wheel itself."""

from __future__ import annotations

import ast
import re
from mmap import ACCESS_READ, mmap
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile

from dlbox.subprocesses import Unreadable
from dlbox.upstream.fatbin import archs, flags
from dlbox.upstream.pip import downloaded

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
