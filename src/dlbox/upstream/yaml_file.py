"""Read, change and write the catalogue's tables as texts, with their comments in place."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from difflib import unified_diff
from io import StringIO
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from dlbox.paths import ROOT


@dataclass(frozen=True)
class Proposal:
    """Texts that the catalogue's files would have, and notes."""

    texts: dict[Path, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


FOLDER = ROOT / "src/dlbox/catalog/data"


def table(name: str) -> Path:
    """Return the file of a table."""
    return FOLDER / f"{name}.yaml"


def _yaml() -> YAML:
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 4096
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def parse_table(text: str) -> Any:
    """Parse a table in a form that can be written again."""
    return _yaml().load(text)


def format_table(data: Any) -> str:
    """Return the text of a table in the layout in which it was read."""
    text = StringIO()
    _yaml().dump(data, text)
    return text.getvalue()


def double_quoted(text: str) -> DoubleQuotedScalarString:
    """Return a string that YAML would otherwise read as a number, in quotes."""
    return DoubleQuotedScalarString(text)  # type: ignore[no-any-return]


def pair(first: str, last: str) -> CommentedSeq:
    """Return a sequence such as ["3.10", "3.14"] that is written on one line."""
    both = CommentedSeq([double_quoted(first), double_quoted(last)])
    both.fa.set_flow_style()
    return both


def unknown(settles: str) -> CommentedMap:
    """Return a row for a fact that has not been established; ``settles``: what would settle it."""
    row = CommentedMap({"unknown": double_quoted(settles)})
    row.fa.set_flow_style()
    return row


def diff(path: Path, new: str) -> str:
    """Return the unified diff from the file to a text; empty if they are equal."""
    name = str(path.relative_to(ROOT))
    old = path.read_text(encoding="utf-8").splitlines(keepends=True)
    return "".join(unified_diff(old, new.splitlines(keepends=True), f"a/{name}", f"b/{name}"))


def replace(path: Path, new: str) -> None:
    """Write a file as a whole, or not at all."""
    with NamedTemporaryFile(
        "w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}.", delete=False
    ) as temporary:
        temporary.write(new)
    Path(temporary.name).chmod(0o644)
    os.replace(temporary.name, path)  # noqa: PTH105 - atomic, and says so
