"""Addresses in a snapshot archive of packages that upstream has withdrawn."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta


def in_snapshots(uri: str, repositories: Iterable[str], day: str, base: str) -> tuple[str, ...]:
    """Return the addresses at which a snapshot archive may have a package, the likeliest first.

    Debian's service has BASE/archive/NAME/STAMP/PATH, Ubuntu's BASE/NAME/STAMP/PATH. A service
    answers with the state at the time of the stamp. A package that arrived later on the day of
    the lock is therefore only found at the end of that day. The result is empty if the package
    is from none of these repositories.
    """
    root = _root(uri, repositories)
    if not root:
        return ()
    name, path = root.rpartition("/")[2], uri.removeprefix(root).lstrip("/")
    began = date.fromisoformat(day)
    stamps = [f"{each:%Y%m%d}T000000Z" for each in (began, began + timedelta(days=1))]
    return tuple(
        f"{base.rstrip('/')}/{above}{name}/{stamp}/{path}"
        for above in ("archive/", "")
        for stamp in stamps
    )


def _root(uri: str, repositories: Iterable[str]) -> str:
    """Return the repository that the address lies below; of two, the deeper one."""
    roots = [root.rstrip("/") for root in repositories]
    above = [root for root in roots if uri.startswith(f"{root}/")]
    return max(above, key=len, default="")
