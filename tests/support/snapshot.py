"""What a box consists of, read independently of anything dlbox does."""

from __future__ import annotations

from dlbox.sandbox.container import Container

TREES = "/etc /usr/local /opt"
# Inode, time of change and size of every file; then mode, owner and target of every path, and every
# package with its state.
LOOK = f"""
find {TREES} -xdev -type f -printf '%i %C@ %s\\t%p\\0'
printf '\\0'
find {TREES} -xdev -printf '%p %y %m %U:%G %l\\n'
dpkg-query -W -f '${{Package}} ${{Version}} ${{Status}}\\n'
"""
# A file each: what two processes write into one pipe gets mixed.
READ = """
sums=$(mktemp -d)
xargs -0 -n 200 -P 2 sh -c 'sha256sum -z "$@" >"$(mktemp -p "$0")"' "$sums"
cat "$sums"/*
rm -r "$sums"
"""

Stamp = tuple[str, str, str]
"""Box; inode, time of change and size; path."""
_digests: dict[Stamp, str] = {}
"""What was read before. Nobody but the kernel sets a time of change, and it does at every change."""


def manifest(box: Container) -> list[str]:
    """Return one line per path, content and package."""
    files, _, rest = _output(box, LOOK).partition("\0\0")
    stamps = [_stamp(box, line) for line in files.split("\0") if line]
    _read(box, [stamp for stamp in stamps if stamp not in _digests])
    contents = [f"{_digests.get(stamp)}  {stamp[2]}" for stamp in stamps]
    return [*rest.splitlines(), *contents]


def _stamp(box: Container, line: str) -> Stamp:
    state, _, path = line.partition("\t")
    return box.name, state, path


def _read(box: Container, stamps: list[Stamp]) -> None:
    """Take the digests of files that are new or were changed since the last look."""
    if not stamps:
        return
    of = {path: (name, state, path) for name, state, path in stamps}
    for line in _output(box, READ, "\0".join(of)).split("\0"):
        digest, _, path = line.partition("  ")
        if path:
            _digests[of[path]] = digest


def _output(box: Container, script: str, given: str | None = None) -> str:
    return box.run("sh", "-c", script, input=given, timeout=900).stdout


def changes(before: list[str], after: list[str]) -> list[str]:
    """Return the lines that are only in one of two manifests."""
    gone = [f"- {line}" for line in sorted(set(before) - set(after))]
    return gone + [f"+ {line}" for line in sorted(set(after) - set(before))]
