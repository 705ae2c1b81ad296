"""Read what a wheel's METADATA requires of Python, and which CUDA libraries it brings."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from dlbox.subprocesses import Unreadable

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


def of_report(report: str) -> Wheel:
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
            yield library, _pinned(allowed) or _written(allowed)
    runtime = wheel.allows(*_RUNTIMES)
    pinned = _pinned(runtime)
    if pinned and _minor(pinned) != row["cuda"]:
        yield "cuda", _minor(pinned)
    if not pinned and not runtime.contains(f"{row['cuda']}.{_EVERY_PATCH}"):
        yield "cuda", _minor(_least(runtime))


def _pinned(allowed: SpecifierSet) -> str | None:
    exact = [part.version for part in allowed if part.operator == "=="]
    return exact[0] if exact else None


def _within(value: str, allowed: SpecifierSet) -> bool:
    """Return whether the value is an allowed version, or the very same range."""
    if value[0].isdigit():
        return allowed.contains(value)
    return _pinned(allowed) is None and SpecifierSet(value) == allowed


def _least(allowed: SpecifierSet) -> str:
    return str(max(Version(part.version) for part in allowed if part.operator.startswith(">")))


def _written(allowed: SpecifierSet) -> str:
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
