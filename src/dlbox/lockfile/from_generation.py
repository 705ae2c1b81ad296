"""Make a lock from a generation, so that ``rollback`` can give the box the same again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timezone
from typing import Any

import yaml
from pyinfra.api import Host

from dlbox.lockfile.file import seal_lock
from dlbox.lockfile.model import Lock
from dlbox.lockfile.source import LockSource
from dlbox.settings.inventory import host_data
from dlbox.settings.schema import Schema, Settings
from dlbox.stack.model import Refused
from dlbox.state.generations import GenerationContents, KeptGeneration, parse_contents


def restore_generation(host: Host, which: str, schema: Schema) -> tuple[Settings, LockSource]:
    """Return the settings and the lock source of a generation of the box. Raises Refused.

    ``which``: the number of a generation, or ``previous``.
    """
    lines: list[str] = host.get_fact(KeptGeneration, generation=which)
    found = parse_contents(lines)
    if found is None:
        what = (
            "nothing before what it has now"
            if which == "previous"
            else f"no generation {which}"
        )
        msg = f"the box has kept {what} | ./dlbox rollback --list"
        raise Refused(msg)
    applied = yaml.safe_load(found.applied)
    # Today's data decides where things come from, and how the run proceeds.
    settings = schema.parse(
        {**schema.without_box_settings(host_data(host)), **applied["knobs"]}
    )
    lock = _lock(found, applied, settings)
    return settings, LockSource(lock, found.trees, found.number)


def _lock(found: GenerationContents, applied: dict[str, Any], settings: Settings) -> Lock:
    stack = applied["stack"]
    lock = seal_lock(
        {
            "tool": "",
            "catalog": "",
            "day": f"{datetime.now(timezone.utc):%Y-%m-%d}",
            "system": stack["system"],
            "cards": [card["id"] for card in stack["cards"]],
            "knobs": settings.locked(),
            "stack": stack,
            "kernels": [],
            "compiler": "",
            "modules": {},
            "repositories": [],
            "packages": _packages(found.packages),
            "wheels": [],
        }
    )
    # Keep the digest of the original lock: everything that follows from it does so again, since
    # the box will be as the settings of that generation say.
    return lock.model_copy(update={"digest": found.lock})


def _packages(lines: Iterable[str]) -> list[dict[str, Any]]:
    """Return the packages from ``NAME VERSION ARCHITECTURE SIZE SHA256 FILE`` lines.

    The last three are ``-`` if the file is lost.
    """
    return [
        {
            "name": name,
            "version": version,
            "architecture": architecture,
            "size": 0 if size == "-" else int(size),
            "sha256": digest,
            "uri": "",
        }
        for name, version, architecture, size, digest, _ in (line.split() for line in lines)
    ]
