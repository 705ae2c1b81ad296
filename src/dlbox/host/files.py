"""Install folders, files, links and alternatives on a box; one command checks many of them."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterable
from io import StringIO
from pathlib import Path

from pyinfra import host
from pyinfra.api import FactBase, FileUploadCommand, QuoteString, StringCommand, operation
from typing_extensions import override

from dlbox.state.manifest import FileContent, Manifest

LONG = 65536
"""Longest text (characters) that travels in a command; a single argument may have about twice
as many bytes (Linux: 128 KiB)."""
Commands = Generator[StringCommand | FileUploadCommand, None, None]
READ_PATHS = r"""
do
  if [ -L "$path" ]; then printf '%s\tlink %s\n' "$path" "$(readlink "$path")"
  elif [ -d "$path" ]; then printf '%s\tfolder %s\n' "$path" "$(stat -c %a-%u-%g "$path")"
  elif [ -f "$path" ]; then
    printf '%s\tfile %s %s\n' "$path" "$(stat -c %a-%u-%g "$path")" "$(sha256sum <"$path" | cut -c1-64)"
  elif [ -e "$path" ]; then printf '%s\tother\n' "$path"
  fi
done"""


class PathStates(FactBase[dict[str, str]]):
    """Path -> state, for those of ``paths`` that exist."""

    @override
    def command(self, paths: tuple[str, ...]) -> StringCommand:
        return StringCommand(
            "for path in", *[QuoteString(path) for path in paths], ";", READ_PATHS
        )

    @staticmethod
    @override
    def default() -> dict[str, str]:
        return {}

    @override
    def process(self, output: Iterable[str]) -> dict[str, str]:
        return dict(line.split("\t", 1) for line in output)


@operation()
def ensure_files(wanted: Manifest) -> Commands:
    """Install these folders, files and links, owned by root; one command checks all of them.

    Do not use it for secrets: the text of a file travels in the command.
    """
    expected = {
        **{path: f"folder {mode}-0-0" for path, mode in wanted.folders.items()},
        **{path: _file(file) for path, file in wanted.files.items()},
        **{path: f"link {target}" for path, target in wanted.links.items()},
    }
    found: dict[str, str] = host.get_fact(PathStates, paths=tuple(expected))
    stale = [path for path, state in expected.items() if found.get(path) != state]
    if not stale:
        host.noop(f"{len(expected)} folders, files and links are as they should be")
    for path in stale:
        if path in wanted.folders:
            yield _folder(path, wanted.folders[path])
        elif path in wanted.files:
            yield from _put(path, wanted.files[path])
        else:
            yield from _link(path, wanted.links[path])


def _file(file: FileContent) -> str:
    return f"file {file.mode}-0-0 {hashlib.sha256(file.text.encode()).hexdigest()}"


def _folder(path: str, mode: str) -> StringCommand:
    folder = QuoteString(path)
    return StringCommand("mkdir -p", folder, "&& chown 0:0", folder, f"&& chmod {mode}", folder)


def _put(path: str, file: FileContent) -> Commands:
    draft, folder = QuoteString(f"{path}.dlbox-new"), QuoteString(str(Path(path).parent))
    yield StringCommand("umask 022; mkdir -p", folder)
    if len(file.text) > LONG:
        yield FileUploadCommand(StringIO(file.text), f"{path}.dlbox-new")
    else:
        yield StringCommand("printf %s", QuoteString(file.text), ">", draft)
    yield StringCommand(
        "chown 0:0", draft, f"&& chmod {file.mode}", draft, "&& mv -T", draft, QuoteString(path)
    )


def _link(path: str, target: str) -> Commands:
    link = QuoteString(path)
    message = QuoteString(
        f"{path} is not dlbox's file | move it away and run the same command again"
    )
    yield StringCommand("umask 022; mkdir -p", QuoteString(path.rpartition("/")[0]))
    yield StringCommand(
        "[ -L", link, "] || [ ! -e", link, "] || { echo", message, ">&2; exit 1; }"
    )
    yield StringCommand("ln -sfnT", QuoteString(target), link)


@operation()
def alternative(
    link: str, choices: Iterable[str], chosen: str
) -> Generator[StringCommand, None, None]:
    """Make ``link`` an alternative between ``choices``, and select ``chosen``."""
    name = link.rpartition("/")[2]
    at_work = f"/etc/alternatives/{name}"
    found: dict[str, str] = host.get_fact(PathStates, paths=(link, at_work))
    if found == {link: f"link {at_work}", at_work: f"link {chosen}"}:
        host.noop(f"{link} is {chosen}")
        return
    for choice in choices:
        words = [QuoteString(word) for word in (link, name, choice)]
        yield StringCommand("update-alternatives --quiet --install", *words, "50")
    yield StringCommand("update-alternatives --quiet --set", *map(QuoteString, (name, chosen)))
