"""One thing a layer can be, and what it needs of the layers before it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dlbox.stack.catalog_schema import Row


@dataclass(frozen=True)
class Candidate:
    """One thing a layer can be."""

    layer: str
    version: str | None
    """None: the box does not get the layer."""
    row: Row | None = None
    """What the roles are given."""
    label: str = ""
    """How people call it, e.g. driver 580 (open, NVIDIA's)."""
    words: Mapping[str, str] = field(default_factory=dict)
    """What constraints are compared with, beside the version: flavour, driver_source, *_variant."""
    needs: tuple[Need, ...] = ()
    faults: tuple[str, ...] = ()
    """What is against it on this box, whatever the cards and the constraints."""

    @property
    def there(self) -> bool:
        """Whether the box gets the layer."""
        return self.version is not None

    def word(self, word: str) -> str:
        """Return what a constraint of this word is compared with."""
        return self.words.get(word) or self.version or ""


Chosen = Mapping[str, Candidate]


@dataclass(frozen=True)
class Need:
    """What a candidate needs of layers that are chosen before it."""

    layers: tuple[str, ...]
    met: Callable[[Chosen], bool]
    why: str
    """Said of the candidate when it is not met, e.g. it needs driver 580 or newer."""


def version_key(version: str) -> tuple[int, ...]:
    """Sort key of a dotted version."""
    return tuple(int(part) for part in version.split("."))


def field_of(candidate: Candidate, name: str) -> Any:
    """Return a field of what the roles would be given."""
    return getattr(candidate.row, name)
