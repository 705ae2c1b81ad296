"""Constraints on a layer: an exact version, a prefix, a range, any version, or none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from typing_extensions import override

# Word -> the layer that it narrows down. A word that names a layer also accepts `*` (wanted) and `none`.
LAYER_OF: Mapping[str, str] = {
    "driver": "driver",
    "flavour": "driver",
    "driver_source": "driver",
    "fabricmanager": "fabricmanager",
    "nvlsm": "nvlsm",
    "cuda_compat": "cuda_compat",
    "python": "python",
    "cuda": "cuda",
    "cudnn": "cudnn",
    "nccl": "nccl",
    "pytorch": "pytorch",
    "pytorch_variant": "pytorch",
    "tensorflow": "tensorflow",
    "jax": "jax",
    "jax_variant": "jax",
}
COMPILERS = ("cuda", "cudnn", "nccl")
"""Layers for people who compile; the profile framework_only leaves them out."""
CLOSED: Mapping[str, tuple[str, ...]] = {
    "flavour": ("open", "proprietary"),
    "driver_source": ("distro", "nvidia"),
}
RANGE = re.compile(r"[<>=!~]")
VERSION = re.compile(r"\d+(\.\d+)*(\.\*)?")


class Constraint(NamedTuple):
    """One constraint, e.g. cuda=12.8."""

    word: str
    value: str

    @property
    def layer(self) -> str:
        """Return the layer that the constraint narrows down."""
        return LAYER_OF[self.word]

    @property
    def demands(self) -> bool:
        """Return whether the box must get the layer."""
        return self.value != "none" and self.word not in CLOSED

    def matches(self, found: str) -> bool:
        """Return whether a value satisfies the constraint; 12.8 matches 12.8 and 12.8.1, never 12.80."""
        if self.value == "*":
            return True
        if RANGE.match(self.value):
            return SpecifierSet(self.value).contains(found, prereleases=True)
        wanted = self.value.removesuffix(".*")
        return found == wanted or found.startswith(f"{wanted}.")

    @override
    def __str__(self) -> str:
        """Return the constraint as it is written after --want."""
        return f"{self.word}={self.value}"


Remedy = Literal["flavour", "kernel"]
"""How to react when modules do not compile on a kernel: with another flavour, or an older
kernel."""


@dataclass(frozen=True)
class Requirements:
    """What the settings of one role, or of all roles, require from the solver."""

    values: Mapping[str, str] = field(default_factory=dict)
    """Maps the word of a constraint to its value."""
    more_toolkits: tuple[str, ...] = ()
    """CUDA releases to install beside the first one, as compilers."""
    remedy: Remedy | None = None
    """None means that these settings do not specify it."""

    def __or__(self, other: Requirements) -> Requirements:
        """Return the union of both; the values of ``other`` win."""
        return Requirements(
            {**self.values, **other.values},
            (*self.more_toolkits, *other.more_toolkits),
            other.remedy or self.remedy,
        )

    @property
    def constraints(self) -> tuple[Constraint, ...]:
        """Return the values as constraints."""
        return tuple(Constraint(word, value) for word, value in self.values.items())


def constraint_fault(word: str, value: str) -> str | None:
    """Return what is wrong with a constraint by itself; None: it is valid."""
    if word not in LAYER_OF:
        return f"there is no layer {word!r}; there is {', '.join(LAYER_OF)}"
    if word in CLOSED:
        known = CLOSED[word]
        return None if value in known else f"{value!r} is none of {', '.join(known)}"
    if word.endswith("_variant"):
        valid = value in {"*", "none"} or re.fullmatch(r"cu(da)?\d+", value)
        return None if valid else f"{value!r} is no wheel variant such as cu126 or cuda13"
    if value in {"*", "none"} or VERSION.fullmatch(value):
        return None
    try:
        SpecifierSet(value if RANGE.match(value) else "=")
    except InvalidSpecifier:
        return f"{value!r} is no version, prefix (9.10.*), range (>=12.6,<13), * or none"
    return None
