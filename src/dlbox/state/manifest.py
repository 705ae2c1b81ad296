"""The manifest: what roles own on a box. ``drift`` compares by it, and prune removes by it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from hashlib import sha256


@dataclass(frozen=True)
class FileContent:
    """Text and mode of a file."""

    text: str
    mode: str = "644"


@dataclass(frozen=True)
class Manifest:
    """Things that roles own on a box, by kind: name -> declaration."""

    folders: Mapping[str, str] = field(default_factory=dict)
    """Path -> mode."""
    files: Mapping[str, FileContent] = field(default_factory=dict)
    made: Mapping[str, str] = field(default_factory=dict)
    """Files that are made on the box, such as a secret: path -> what is known of the file
    beforehand."""
    links: Mapping[str, str] = field(default_factory=dict)
    """Path -> target."""
    trees: Mapping[str, str] = field(default_factory=dict)
    """Link to a folder of wheels -> digest of the lock that they are from."""
    packages: Mapping[str, str] = field(default_factory=dict)
    """Name -> beginning of its version; only packages that a role asks for by name."""
    units: Mapping[str, str] = field(default_factory=dict)
    """systemd unit -> enabled."""
    users: Mapping[str, str] = field(default_factory=dict)
    """Account -> "": only its existence is declared."""

    def __or__(self, other: Manifest) -> Manifest:
        """Return the manifest of everything that either of the two owns."""
        both = {
            kind.name: {**getattr(self, kind.name), **getattr(other, kind.name)}
            for kind in fields(self)
        }
        return Manifest(**both)

    def lines(self) -> list[str]:
        """Return the declarations as ``KIND<TAB>NAME<TAB>DECLARED`` lines, in a fixed order."""
        rows = [
            *_rows("folder", self.folders),
            *_rows("file", {path: _declared(file) for path, file in self.files.items()}),
            *_rows("file", self.made),
            *_rows("link", self.links),
            *_rows("tree", self.trees),
            *_rows("package", self.packages),
            *_rows("unit", self.units),
            *_rows("user", self.users),
        ]
        return sorted(rows)


def merge(parts: Iterable[Manifest]) -> Manifest:
    """Return the manifest of everything that any of ``parts`` owns."""
    total = Manifest()
    for part in parts:
        total |= part
    return total


def _rows(kind: str, things: Mapping[str, str]) -> list[str]:
    return [f"{kind}\t{name}\t{declared}" for name, declared in things.items()]


def _declared(file: FileContent) -> str:
    return f"{file.mode} {sha256(file.text.encode()).hexdigest()}"
