"""Find the locks of dlbox that the wheels of a box come from, and where to download each wheel."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from dlbox.bundle.errors import BundleError
from dlbox.bundle.files import BundleFile
from dlbox.lockfile.model import Lock, LockedWheel
from dlbox.stack.catalog_loader import catalog


class Found(Protocol):
    """A wheel that an index has."""

    @property
    def wheel(self) -> LockedWheel:
        """The wheel."""

    @property
    def url(self) -> str:
        """Its address."""


Resolve = Callable[[Mapping[str, str | None]], Sequence[Found]]
"""Takes lock -> an index for what the usual index lacks; returns all wheels of these locks."""


def lock_names(lock: Lock) -> dict[str, str | None]:
    """Return the locks of the stack's wheels, each with its index."""
    stack = lock.stack
    parts = [*stack["toolkits"], stack["cudnn"], stack["nccl"], *stack["frameworks"].values()]
    named: dict[str, str | None] = {"uv": None}
    if lock.knobs.get("jupyter_install") is not False:
        named["jupyter"] = None
    for part in parts:
        if part and part["lock"]:
            named[part["lock"]] = part.get("index")
    return named


def addressed(
    missing: Iterable[BundleFile], named: Mapping[str, str | None], resolve: Resolve
) -> list[BundleFile]:
    """Return the files, wheels with their addresses. Raises BundleError for one that no index has."""
    files = list(missing)
    if all(file.addresses for file in files):
        return files
    urls: dict[str, list[str]] = {}
    for found in resolve(named):
        urls.setdefault(found.wheel.sha256, []).append(found.url)
    lost = [file.what for file in files if not file.addresses and file.sha256 not in urls]
    if lost:
        msg = f"{', '.join(lost)}: these wheels are no longer in any index | put them into wheels/"
        raise BundleError(msg)
    return [
        file if file.addresses else replace(file, addresses=tuple(urls[file.sha256]))
        for file in files
    ]


def resolver(lock: Lock) -> Resolve:
    """Return the function that looks up the wheels of a box with this lock."""

    def resolve(named: Mapping[str, str | None]) -> Sequence[Found]:
        # Imported only here: it runs uv, which a complete bundle does not need.
        from dlbox.locking.wheels import resolve_wheels  # noqa: PLC0415

        system = catalog().systems[lock.system]
        return resolve_wheels(named, system.python, system.glibc)

    return resolve
