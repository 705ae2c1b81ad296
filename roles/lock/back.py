"""What a box had before, as the lock that it is given again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timezone
from typing import Any

import yaml
from pyinfra.api import Host

from roles.box.generations import Kept, Parts, parts
from roles.knobs import defaults
from roles.lock.given import Given
from roles.lock.knobs import CONDUCT, PLACES, locked_knobs
from roles.lock.model import Lock
from roles.lock.text import sealed
from roles.stack.model import Refused


def went_back(host: Host, which: str) -> Given:
    """Have the box's data be what they were then, and return what it had. Raises Refused.

    ``which``: the number of a generation, or previous.
    """
    lines: list[str] = host.get_fact(Kept, generation=which)
    found = parts(lines)
    if found is None:
        what = (
            "nothing before what it has now"
            if which == "previous"
            else f"no generation {which}"
        )
        msg = f"the box has kept {what} | ./dlbox rollback --list"
        raise Refused(msg)
    applied = yaml.safe_load(found.applied)
    # Where things come from, and how to go about it, is a matter of today.
    for knob, default in defaults().items():
        if knob not in (*PLACES, *CONDUCT):
            setattr(host.data, knob, applied["knobs"].get(knob, default))
    return Given(_lock(found, applied), found.trees, found.number)


def _lock(found: Parts, applied: dict[str, Any]) -> Lock:
    stack = applied["stack"]
    lock = sealed(
        {
            "tool": "",
            "catalog": "",
            "day": f"{datetime.now(timezone.utc):%Y-%m-%d}",
            "system": stack["system"],
            "cards": [card["id"] for card in stack["cards"]],
            "knobs": locked_knobs(applied["knobs"]),
            "stack": stack,
            "kernels": [],
            "compiler": "",
            "modules": {},
            "repositories": [],
            "packages": _packages(found.packages),
            "wheels": [],
        }
    )
    # What follows from the lock of then does so again: the box stands as its settings of then say.
    return lock.model_copy(update={"digest": found.lock})


def _packages(lines: Iterable[str]) -> list[dict[str, Any]]:
    """Read ``NAME VERSION ARCHITECTURE SIZE SHA256 FILE``, the last three - where it is lost."""
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
