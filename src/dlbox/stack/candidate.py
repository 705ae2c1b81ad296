"""Candidates for a layer, and what each needs of the layers before it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dlbox.stack.catalog_schema import Row


@dataclass(frozen=True)
class Candidate:
    """One thing that a layer can be."""

    layer: str
    version: str | None
    """None means that the box does not get the layer."""
    row: Row | None = None
    """The data that the roles receive."""
    label: str = ""
    """The name that people use, e.g. driver 580 (open, NVIDIA's)."""
    words: Mapping[str, str] = field(default_factory=dict)
    """The values that constraints are compared with, beside the version: flavour,
    driver_source, *_variant."""
    needs: tuple[Need, ...] = ()
    faults: tuple[str, ...] = ()
    """What rules the candidate out on this box, regardless of the cards and the constraints."""

    @property
    def there(self) -> bool:
        """Return whether the box gets the layer."""
        return self.version is not None

    def word(self, word: str) -> str:
        """Return the value that a constraint with this word is compared with."""
        return self.words.get(word) or self.version or ""


Chosen = Mapping[str, Candidate]


@dataclass(frozen=True)
class Need:
    """A condition that a candidate sets for layers that are chosen before it."""

    layers: tuple[str, ...]
    met: Callable[[Chosen], bool]
    why: str
    """The reason that is given for the candidate when the need is not met, e.g. it needs driver
    580 or newer."""


def version_key(version: str) -> tuple[int, ...]:
    """Return the sort key of a dotted version."""
    return tuple(int(part) for part in version.split("."))


def field_of(candidate: Candidate, name: str) -> Any:
    """Return one field of the data that the roles would receive."""
    return getattr(candidate.row, name)
