"""What a box consists of, read independently of anything dlbox does."""

from __future__ import annotations

from dlbox.sandbox.container import Container

STAMP = r"%i %C@ %s\t%p\0"
"""A file's inode, time of change, size and path, for find's -printf."""
TREES = "/etc /usr/local /opt"
# Mode, owner and target of every path; every package with its state.
SCRIPT = rf"""
find {TREES} -xdev -type f -printf '{STAMP}'
printf '\0'
find {TREES} -xdev -printf '%p %y %m %U:%G %l\n'
dpkg-query -W -f '${{Package}} ${{Version}} ${{Status}}\n'
"""
# A file each: what two processes write into one pipe gets mixed.
READ = """
sums=$(mktemp -d)
xargs -0 -n 200 -P 2 sh -c 'sha256sum -z "$@" >"$(mktemp -p "$0")"' "$sums"
cat "$sums"/*
rm -r "$sums"
"""
_known: dict[tuple[str, str], str] = {}
"""Box and stamp of a file -> digest of its content.

The kernel sets the time of change at every change of a file, and nobody else can set it.
"""


def look(box: Container, script: str) -> tuple[dict[str, str], list[str]]:
    """Return the digest of every file by its path, and the other lines that a script prints.

    The script prints a STAMP per file, a NUL, and the lines. Only files that are new or were
    changed since the last look are read: all of a box with frameworks are 13 GB.
    """
    stamps, _, lines = _output(box, script).partition("\0\0")
    files = {stamp.partition("\t")[2]: (box.name, stamp) for stamp in stamps.split("\0")}
    unread = [path for path, file in files.items() if file not in _known]
    for line in _output(box, READ, "\0".join(unread)).split("\0") if unread else ():
        digest, _, path = line.partition("  ")
        if path:
            _known[files[path]] = digest
    found = {path: _known[file] for path, file in files.items() if file in _known}
    return found, lines.splitlines()


def manifest(box: Container) -> list[str]:
    """Return one line per path, content and package."""
    contents, lines = look(box, SCRIPT)
    return [*lines, *(f"{digest}  {path}" for path, digest in contents.items())]


def changes(before: list[str], after: list[str]) -> list[str]:
    """Return the lines that are only in one of two manifests."""
    gone = [f"- {line}" for line in sorted(set(before) - set(after))]
    return gone + [f"+ {line}" for line in sorted(set(after) - set(before))]


def _output(box: Container, script: str, given: str | None = None) -> str:
    return box.run("sh", "-c", script, input=given, timeout=900).stdout
