"""What dlbox owns on a box: declared by the role that makes it, compared by ``drift``, taken away with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from hashlib import sha256


@dataclass(frozen=True)
class FileContent:
    """A file's text and mode."""

    text: str
    mode: str = "644"


@dataclass(frozen=True)
class Manifest:
    """Things on a box, by kind: the name of each -> what it is declared to be."""

    folders: Mapping[str, str] = field(default_factory=dict)
    """Path -> mode."""
    files: Mapping[str, FileContent] = field(default_factory=dict)
    made: Mapping[str, str] = field(default_factory=dict)
    """Files that are made on the box, such as a secret: path -> what is known of it beforehand."""
    links: Mapping[str, str] = field(default_factory=dict)
    """Path -> where it points."""
    trees: Mapping[str, str] = field(default_factory=dict)
    """Folder -> stamp of the lock its wheels are from."""
    packages: Mapping[str, str] = field(default_factory=dict)
    """Name -> what its version begins with; those asked for by name."""
    units: Mapping[str, str] = field(default_factory=dict)
    """Unit of systemd -> enabled."""
    users: Mapping[str, str] = field(default_factory=dict)
    """Account -> "": nothing more than that it is there."""

    def __or__(self, other: Manifest) -> Manifest:
        """Return what both own."""
        both = {
            kind.name: {**getattr(self, kind.name), **getattr(other, kind.name)}
            for kind in fields(self)
        }
        return Manifest(**both)

    def lines(self) -> list[str]:
        """Return the declarations, ``KIND<TAB>NAME<TAB>DECLARED`` each, in one order."""
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
    """Return what all of them own."""
    total = Manifest()
    for part in parts:
        total |= part
    return total


def _rows(kind: str, things: Mapping[str, str]) -> list[str]:
    return [f"{kind}\t{name}\t{declared}" for name, declared in things.items()]


def _declared(file: FileContent) -> str:
    return f"{file.mode} {sha256(file.text.encode()).hexdigest()}"
