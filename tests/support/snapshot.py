"""What a box consists of, read independently of anything dlbox does."""

from __future__ import annotations

from dlbox.sandbox.container import Container

TREES = "/etc /usr/local /opt"
# Mode, owner and target of every path; content of every file; every package with its state.
SCRIPT = f"""
find {TREES} -xdev -printf '%p %y %m %U:%G %l\\n' | LC_ALL=C sort
# A file each: what two processes write into one pipe gets mixed.
sums=$(mktemp -d)
find {TREES} -xdev -type f -print0 |
  xargs -0 -n 200 -P 2 sh -c 'sha256sum "$@" >"$(mktemp -p "$0")"' "$sums"
cat "$sums"/* | LC_ALL=C sort -k 2
rm -r "$sums"
dpkg-query -W -f '${{Package}} ${{Version}} ${{Status}}\\n'
"""


def manifest(box: Container) -> list[str]:
    """Return one line per path, content and package."""
    return box.run("sh", "-c", SCRIPT, timeout=900).stdout.splitlines()


def changes(before: list[str], after: list[str]) -> list[str]:
    """Return the lines that are only in one of two manifests."""
    gone = [f"- {line}" for line in sorted(set(before) - set(after))]
    return gone + [f"+ {line}" for line in sorted(set(after) - set(before))]
