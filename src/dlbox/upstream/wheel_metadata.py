"""Ask the package index, through pip, what a wheel requires of Python and which CUDA libraries it brings."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from dlbox.subprocesses import Unreadable, run_output

# Every glibc that a supported box can have, and the older ones.
_GLIBC = "2_39 2_36 2_35 2_34 2_31 2_28 2_27 2_24 2_18 2_17 2_12"
_TAGS = [f"manylinux_{glibc}_x86_64" for glibc in _GLIBC.split()]
_OLD_TAGS = [f"manylinux{year}_x86_64" for year in ("2014", "2010", "1")]
_PLATFORMS = [word for tag in (*_TAGS, *_OLD_TAGS) for word in ("--platform", tag)]
# Only the tags decide: an old pip compares Requires-Python with the Python that runs pip.
_ANY_PYTHON = "--ignore-requires-python"


def _pip(*argv: str) -> str:
    # PIP_CONSTRAINT is for packages that get installed here; this installs nothing.
    free = {"PIP_CONSTRAINT": os.devnull}
    return run_output(sys.executable, "-m", "pip", *argv, "--no-cache-dir", environment=free)


def _for(python: str) -> list[str]:
    return ["--only-binary", ":all:", "--python-version", python, *_PLATFORMS]


def fetch_metadata(package: str, version: str, python: str) -> Wheel:
    """Return the METADATA of a wheel; a recent pip reads it without downloading the wheel."""
    wanted = f"{package}==={version}"  # three equals signs: with two, a local 2.13.0+cpu also matches 2.13.0
    alone = ("--quiet", "--dry-run", "--no-deps", "--ignore-installed", "--report", "-")
    with TemporaryDirectory() as nowhere:
        report = _pip(
            "install", *alone, "--target", nowhere, _ANY_PYTHON, *_for(python), wanted
        )
    return parse_report(report)


@cache
def versions(package: str, python: str) -> tuple[str, ...]:
    """Return every release with a wheel for this Python, the newest first; downloads nothing."""
    try:
        output = _pip("index", "versions", package, *_for(python))
    except Unreadable as why:
        if "No matching distribution" in str(why):
            return ()
        raise
    listed = re.search(r"^Available versions: (.*)$", output, re.MULTILINE)
    if not listed:
        msg = f"pip index: no list of versions of {package}"
        raise Unreadable(msg)
    return tuple(version for version in listed[1].split(", ") if "+" not in version)


def downloaded(package: str, version: str, python: str, folder: Path) -> Path:
    """Download one wheel into ``folder`` and return its path."""
    wanted = f"{package}==={version}"
    _pip("download", "--no-deps", "--dest", str(folder), _ANY_PYTHON, *_for(python), wanted)
    [wheel] = folder.glob(f"{package.replace('-', '_')}-*.whl")
    return wheel


_RUNTIMES = ("cuda-toolkit", "nvidia-cuda-runtime")
_EVERY_PATCH = "9999"


@dataclass(frozen=True)
class Wheel:
    """The METADATA of one wheel, as far as it is needed."""

    name: str
    version: str
    requires_python: str
    requires: tuple[str, ...]

    def allows(self, *prefixes: str) -> SpecifierSet:
        """Return the versions that it accepts of the first package whose name has one of the prefixes."""
        for requirement in map(Requirement, self.requires):
            if requirement.name.startswith(prefixes):
                return requirement.specifier
        msg = f"{self.name} {self.version} requires no {' or '.join(prefixes)}"
        raise Unreadable(msg)


def parse_report(report: str) -> Wheel:
    """Parse ``pip install --report`` for one wheel."""
    [entry] = json.loads(report)["install"]
    metadata = entry["metadata"]
    requires = tuple(metadata.get("requires_dist", ()))
    return Wheel(
        metadata["name"], metadata["version"], metadata.get("requires_python", ""), requires
    )


def package(framework: str, variant: str) -> str:
    """Return the package whose METADATA names the CUDA libraries."""
    plain = {"pytorch": "torch", "tensorflow": "tensorflow"}
    return plain.get(framework, f"{framework}-{variant}-plugin")


def corrections(row: Mapping[str, Any], wheel: Wheel) -> dict[str, str]:
    """Return field -> value, for the fields in which METADATA contradicts the row."""
    return dict(_corrections(row, wheel))


def _corrections(row: Mapping[str, Any], wheel: Wheel) -> Iterator[tuple[str, str]]:
    for library in ("cudnn", "nccl"):
        allowed = wheel.allows(f"nvidia-{library}")
        if not _within(str(row[library]), allowed):
            yield library, _pinned(allowed) or _format_range(allowed)
    runtime = wheel.allows(*_RUNTIMES)
    pinned = _pinned(runtime)
    if pinned and _minor(pinned) != row["cuda"]:
        yield "cuda", _minor(pinned)
    if not pinned and not runtime.contains(f"{row['cuda']}.{_EVERY_PATCH}"):
        yield "cuda", _minor(_lowest(runtime))


def _pinned(allowed: SpecifierSet) -> str | None:
    exact = [part.version for part in allowed if part.operator == "=="]
    return exact[0] if exact else None


def _within(value: str, allowed: SpecifierSet) -> bool:
    """Return whether the value is an allowed version, or the very same range."""
    if value[0].isdigit():
        return allowed.contains(value)
    return _pinned(allowed) is None and SpecifierSet(value) == allowed


def _lowest(allowed: SpecifierSet) -> str:
    return str(max(Version(part.version) for part in allowed if part.operator.startswith(">")))


def _format_range(allowed: SpecifierSet) -> str:
    """Return a range as the catalogue writes it: the lower end first."""
    parts = sorted(allowed, key=lambda part: not part.operator.startswith(">"))
    return ",".join(str(part).removesuffix(".0") for part in parts)


def _minor(version: str) -> str:
    return ".".join(version.split(".")[:2])


def first_python(wheel: Wheel) -> str:
    """Return the first Python 3 that METADATA allows."""
    allowed = SpecifierSet(wheel.requires_python)
    minors = (minor for minor in range(100) if allowed.contains(f"3.{minor}.{_EVERY_PATCH}"))
    return f"3.{next(minors)}"
