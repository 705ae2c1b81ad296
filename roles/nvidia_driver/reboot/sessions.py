"""Find who a reboot would harm: people who are logged in, and what inhibits a shutdown."""

from __future__ import annotations

import json
from collections.abc import Iterable


def logged_in_users(sessions: Iterable[str], own: str, who: Iterable[str]) -> tuple[str, ...]:
    """Return who is logged in and from where, without dlbox's own session.

    ``sessions`` are logind's, as Key=value words. If logind knows none (no libpam-systemd),
    ``who`` lists the terminals; dlbox's session has none.
    """
    rows = [dict(word.partition("=")[::2] for word in session.split()) for session in sessions]
    if not rows:
        names = [line.split() for line in who]
        return tuple(sorted({f"{words[0]} on {words[1]}" for words in names}))
    return tuple(
        sorted(
            f"{row.get('Name')} {_where(row)}"
            for row in rows
            if row.get("Class") == "user"
            and row.get("Id") != own
            and (row.get("TTY") or row.get("Remote") == "yes")
        )
    )


def _where(row: dict[str, str]) -> str:
    return f"on {row['TTY']}" if row.get("TTY") else f"from {row.get('RemoteHost') or 'afar'}"


def inhibitors(said: str) -> tuple[str, ...]:
    """Return the name and the reason of everything that inhibits a shutdown.

    ``said`` is busctl's JSON of logind's list. Delays are ignored, because they end by
    themselves.
    """
    try:
        rows = json.loads(said)["data"][0]
    except (ValueError, KeyError, IndexError):
        return ()  # without logind nothing can inhibit a shutdown
    return tuple(
        f"{who} ({why})"
        for what, who, why, mode, *_ in rows
        if "shutdown" in what.split(":") and mode.startswith("block")
    )
