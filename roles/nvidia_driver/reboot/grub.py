"""Find the kernel that GRUB boots next."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

QUOTED = re.compile(r"'([^']*)'")


@dataclass(frozen=True)
class Entry:
    """A kernel in GRUB's menu."""

    path: tuple[frozenset[str], ...]
    """For each menu level, the words that name the entry: its number, title and id."""
    kernel: str


def next_boot_entry(config: Iterable[str], env: Mapping[str, str]) -> str:
    """Return the kernel of the default entry in grub.cfg; empty: there is none.

    ``config`` needs only the lines of grub.cfg that begin with menuentry, submenu, linux, a
    closing brace or ``set default=``.
    """
    lines = list(config)
    wanted = env.get("next_entry") or _default(lines, env)
    path = wanted.split(">")
    entries = _entries(lines)
    # GRUB takes the first entry if it cannot find the requested one.
    first = entries[0].kernel if entries else ""
    found = (
        entry.kernel
        for entry in entries
        if len(entry.path) == len(path)
        and all(word in names for word, names in zip(path, entry.path, strict=True))
    )
    return next(iter(found), first)


def _default(lines: list[str], env: Mapping[str, str]) -> str:
    settings = [
        line.partition("=")[2].strip('"') for line in lines if line.startswith("set default=")
    ]
    chosen = [word for word in settings if "next_entry" not in word]
    word = chosen[-1] if chosen else "0"
    return (env.get("saved_entry") or "0") if "saved_entry" in word else word


def _entries(lines: list[str]) -> list[Entry]:
    found: list[Entry] = []
    menu: tuple[frozenset[str], ...] = ()
    entry: tuple[frozenset[str], ...] | None = None
    counts = [0, 0]
    for line in lines:
        kind = line.split(maxsplit=1)[0]
        if kind in ("menuentry", "submenu"):
            quoted = QUOTED.findall(line)
            path = (*menu, frozenset({str(counts[len(menu)]), *quoted[:1], *quoted[-1:]}))
            counts[len(menu)] += 1
            menu, entry = (path, None) if kind == "submenu" else (menu, path)
            counts[1] = 0 if kind == "submenu" else counts[1]
        elif kind in ("linux", "linuxefi") and entry:
            found.append(Entry(entry, line.split()[1].rpartition("vmlinuz-")[2]))
        elif kind == "}":
            menu, entry = (menu, None) if entry else ((), None)
    return found
