"""Proposed texts for a part of the catalogue, with notes for a person."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Proposal:
    """Texts that the catalogue's files would have, and notes."""

    texts: dict[Path, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
