"""Where the lock of a box comes from: a file, a bundle, or a generation to go back to."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

import yaml
from pyinfra.api import Host
from typing_extensions import override

from dlbox.fact_base import LinesFact
from dlbox.lockfile.file import load_lock, load_plain, parse_lock, seal_lock
from dlbox.lockfile.model import Lock
from dlbox.settings.inventory import host_data
from dlbox.settings.schema import HostSettings, Schema, Settings
from dlbox.stack.model import Refused
from dlbox.state.generations import GenerationContents, KeptGeneration, parse_contents


@dataclass(frozen=True)
class LockSource:
    """What a box must become, instead of what fits best today."""

    lock: Lock | None = None
    folders: Mapping[str, str] = field(default_factory=dict)
    """Link -> folder of wheels that it must name; the folder is on the box already."""
    generation: int | None = None
    """Number of the generation that the box goes back to; None: no rollback."""


UNLOCKED = LockSource()
"""No lock: the box gets what fits best today."""


class BundledLock(LinesFact):
    """Text of a bundle's lock, as the box itself reads it."""

    @override
    def command(self, bundle: str) -> str:
        return bundled_lock_command(bundle)


def bundled_lock_command(bundle: str) -> str:
    """Return shell that prints the text of a bundle's lock."""
    place = shlex.quote(f"{bundle}/lock.yaml")
    if bundle.startswith("/"):
        return f"cat {place} 2>/dev/null || true"
    # Use apt's own downloader: a bare box has no other, and it knows the proxies of the box.
    return (
        'file=$(mktemp) && chmod 644 "$file" && '
        f'if /usr/lib/apt/apt-helper download-file {place} "$file" >/dev/null 2>&1; '
        'then cat "$file"; fi; rm -f "$file"'
    )


def resolve_lock(settings: HostSettings, read_bundle: Callable[[str], list[str]]) -> LockSource:
    """Return the lock of a file, or of the box's bundle, or else ``UNLOCKED``. Raises Refused.

    ``read_bundle`` returns the lines of a bundle's lock, as the box reads it.
    """
    if settings.lock:
        return LockSource(load_lock(settings.lock))
    if not settings.bundle:
        return UNLOCKED
    lines = read_bundle(settings.bundle)
    if not lines:
        msg = f"{settings.bundle}/lock.yaml cannot be read from the box | look at box_bundle"
        raise Refused(msg)
    return LockSource(parse_lock("\n".join(lines) + "\n", f"{settings.bundle}/lock.yaml"))


def restore_generation(host: Host, which: str, schema: Schema) -> tuple[Settings, LockSource]:
    """Return the settings and the lock source of a generation of the box. Raises Refused.

    ``which``: the number of a generation, or ``previous``.
    """
    lines: list[str] = host.get_fact(KeptGeneration, generation=which)
    try:
        return _restore(lines, which, schema, host_data(host))
    except (KeyError, TypeError, ValueError, IndexError, yaml.YAMLError) as error:
        msg = f"generation {which} of the box cannot be read: {str(error).splitlines()[0]} | ./dlbox rollback --list"
        raise Refused(msg) from error


def _restore(
    lines: list[str], which: str, schema: Schema, today: Mapping[str, Any]
) -> tuple[Settings, LockSource]:
    found = parse_contents(lines)
    if found is None:
        what = (
            "nothing before what it has now"
            if which == "previous"
            else f"no generation {which}"
        )
        msg = f"the box has kept {what} | ./dlbox rollback --list"
        raise Refused(msg)
    applied = load_plain(found.applied)
    # Today's data decides where things come from, and how the run proceeds.
    settings = schema.parse({**schema.without_box_settings(today), **applied["knobs"]})
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
