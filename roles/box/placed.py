"""Files that dlbox brings to a box, many in one look."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pyinfra import host
from pyinfra.api import FactBase, QuoteString, StringCommand, operation
from typing_extensions import override


@dataclass(frozen=True)
class Text:
    """A file's text and mode."""

    text: str
    mode: str = "644"


class Digests(FactBase[dict[str, tuple[str, str]]]):
    """Path -> SHA-256 and mode, for those of ``paths`` that are files of root's."""

    @override
    def command(self, paths: tuple[str, ...]) -> StringCommand:
        words = [QuoteString(path) for path in paths]
        return StringCommand(
            "for file in", *words, '; do if [ -f "$file" ] && [ ! -L "$file" ]; then',
            'echo "$(sha256sum <"$file" | cut -c1-64)',
            '$(stat -c %a-%u-%g "$file") $file"; fi; done',
        )  # fmt: skip

    @staticmethod
    @override
    def default() -> dict[str, tuple[str, str]]:
        return {}

    @override
    def process(self, output: Iterable[str]) -> dict[str, tuple[str, str]]:
        rows = [line.split(" ", 2) for line in output]
        return {path: (digest, mode) for digest, mode, path in rows}


@operation()
def placed(wanted: Mapping[str, Text]) -> Generator[StringCommand, None, None]:
    """Have these files, path -> text, as root's; one command looks at all of them.

    Not for secrets: the text travels in the command.
    """
    found: dict[str, tuple[str, str]] = host.get_fact(Digests, paths=tuple(wanted))
    stale = {
        path: file
        for path, file in wanted.items()
        if found.get(path)
        != (hashlib.sha256(file.text.encode()).hexdigest(), f"{file.mode}-0-0")
    }
    if not stale:
        host.noop(f"{len(wanted)} files are as they should be")
    for path, file in stale.items():
        draft, folder = QuoteString(f"{path}.dlbox-new"), QuoteString(str(Path(path).parent))
        yield StringCommand(
            "mkdir -p", folder, "&& printf %s", QuoteString(file.text), ">", draft,
            "&& chown 0:0", draft, f"&& chmod {file.mode}", draft,
            "&& mv", draft, QuoteString(path),
        )  # fmt: skip
