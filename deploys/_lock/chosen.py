"""The one wheel of each release that a box takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from deploys._artefacts.outside import Unreadable
from deploys._lock.pylock import Listed
from deploys._lock.tags import best


def chosen(
    lock: str, there: Iterable[Listed], allowed: frozenset[str], python: str, glibc: str
) -> Iterator[Listed]:
    """Yield the wheel of each package that an installer takes. Raises Unreadable.

    An index may have got more wheels of a release since the lock was made; their hashes are not
    in it, and the box will not take them.
    """
    releases: dict[tuple[str, str], dict[str, Listed]] = {}
    for one in there:
        files = releases.setdefault((one.name, one.version), {})
        if one.sha256 in allowed:
            files[one.file] = one
    for (name, version), files in releases.items():
        file = best(files, python, glibc)
        if file is None:
            msg = f"{lock}: no wheel of {name} {version} that it allows fits Python {python} and glibc {glibc}"
            raise Unreadable(msg)
        yield files[file]
