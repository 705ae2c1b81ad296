"""Decide as an installer on x86_64 Linux does: which wheel fits best, and which marker holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.utils import parse_wheel_filename

ARCHITECTURE = "x86_64"
OLD_NAMES = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}
"""glibc 2.x -> the name that PEP 513, 571 and 599 give it."""


def best_wheel(files: Iterable[str], python: str, glibc: str) -> str | None:
    """Return the file name of the wheel that fits best; None: none fits.

    ``python`` and ``glibc`` are versions such as ``3.13`` and ``2.41``.
    """
    ranked = _ranked(python, glibc)
    fit = [(rank, file) for file in files for rank in [_rank(file, ranked)] if rank]
    return max(fit)[1] if fit else None


def _rank(file: str, ranked: dict[Tag, int]) -> tuple[int, tuple[int, str] | tuple[()]] | None:
    """Return the key that pip and uv compare: the best tag, then the build number."""
    _, _, build, tags = parse_wheel_filename(file)
    fit = [ranked[tag] for tag in tags if tag in ranked]
    return (max(fit), build) if fit else None


@cache
def _ranked(python: str, glibc: str) -> dict[Tag, int]:
    major, minor = (int(part) for part in python.split("."))
    own = f"cp{major}{minor}"
    platforms = list(_platforms(int(glibc.split(".")[1])))
    tags = [
        # The ABIs are given explicitly; the default is those of the controller's own Python.
        *cpython_tags((major, minor), [own], platforms),
        *compatible_tags((major, minor), own, platforms),
    ]
    return {tag: -place for place, tag in enumerate(tags)}


def _platforms(newest: int) -> Iterator[str]:
    for minor in range(newest, min(OLD_NAMES) - 1, -1):
        yield f"manylinux_2_{minor}_{ARCHITECTURE}"
        if minor in OLD_NAMES:
            yield f"{OLD_NAMES[minor]}_{ARCHITECTURE}"
    yield f"linux_{ARCHITECTURE}"


def marker_environment(python: str) -> dict[str, str]:
    """Return the environment of markers, as uv answers for a version without a patch level."""
    return {
        "implementation_name": "cpython",
        "implementation_version": f"{python}.0",
        "os_name": "posix",
        "platform_machine": "x86_64",
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": "Linux",
        "platform_version": "",
        "python_full_version": f"{python}.0",
        "python_version": python,
        "sys_platform": "linux",
    }
