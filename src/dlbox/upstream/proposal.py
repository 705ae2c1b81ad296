"""What one part of the catalogue would become, and what a person should know of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Proposal:
    """Texts that the catalogue's files would have, and remarks."""

    texts: dict[Path, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
