"""Data model of a lock, and of the packages that apt would bring to a box."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from dlbox.stack.catalog_schema import Row


def _printable(text: str) -> str:
    # A line break would add a line to an index of apt, a control character one to a terminal.
    if not text.isprintable():
        msg = "has a control character"
        raise ValueError(msg)
    return text


# A lock may come from anywhere, and names become paths on the controller and on boxes.
Text = Annotated[str, AfterValidator(_printable)]
Word = Annotated[str, AfterValidator(_printable), Field(pattern=r"^\S*$")]
"""Rows of a lock become words of a shell script on a box."""
DebName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9+.-]*$")]
DebVersion = Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z.+:~-]*$")]
WheelName = Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z._-]*$")]
WheelVersion = Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z.+!_-]*$")]
WheelFile = Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z.+!_-]*\.whl$")]
FORMAT = 1
"""Version of the format in which locks are written."""


class LockedPackage(Row):
    """A Debian package, as apt got it."""

    name: DebName
    version: DebVersion
    architecture: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    size: Annotated[int, Field(ge=0)]
    """Bytes."""
    installed_kb: int = 0
    """KiB that it takes when unpacked, according to its maintainer."""
    sha256: Annotated[Word, Field(pattern=r"^[^/]*$")]
    uri: Word
    """Its address on the day of the lock."""

    @property
    def apt_name(self) -> str:
        """Return its name for apt and dpkg, which includes a foreign architecture."""
        native = self.architecture in {"amd64", "all"}
        return self.name if native else f"{self.name}:{self.architecture}"

    @property
    def file(self) -> str:
        """Return its name in apt's archives, in which %3a replaces an epoch's colon."""
        return f"{self.name}_{self.version.replace(':', '%3a')}_{self.architecture}.deb"


class LockedWheel(Row):
    """A Python wheel."""

    name: WheelName
    version: WheelVersion
    file: WheelFile
    size: Annotated[int, Field(ge=0)]
    """Bytes."""
    sha256: Annotated[Word, Field(pattern=r"^[^/]*$")]


class LockedRepository(Row):
    """An apt repository that packages come from."""

    uri: Word
    """Beginning of the addresses of its packages."""
    key: Word
    """Fingerprint of the key that signed it on the day of the lock."""


class Lock(Row):
    """A lock. Boxes of one lock have the same system, cards and settings."""

    format: int
    digest: str
    """SHA-256 of all other fields; it reveals a lock that was edited by hand."""
    tool: str
    """Version of dlbox."""
    catalog: str
    """Digest of the catalogue that the stack was chosen from."""
    day: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    """Day on which the lock was made, YYYY-MM-DD."""
    system: str
    cards: tuple[str, ...]
    """PCI ids, one per card."""
    knobs: dict[str, Any]
    """Every setting that was set. The key is older than the word "setting"; locks and records have it."""
    stack: dict[str, Any]
    """The solved stack."""
    kernels: tuple[str, ...]
    compiler: str
    """Package and version of the compiler of the kernel modules; empty: no modules are
    compiled."""
    modules: dict[str, str]
    """MODULE-VERSION/KERNEL -> digest of what the module was compiled from."""
    repositories: tuple[LockedRepository, ...]
    packages: tuple[LockedPackage, ...]
    wheels: tuple[LockedWheel, ...]

    @property
    def versions(self) -> dict[str, str]:
        """Return package -> its version."""
        return {package.apt_name: package.version for package in self.packages}


@dataclass(frozen=True)
class Closure:
    """What a box gets through apt, counted from its state before dlbox came."""

    packages: tuple[LockedPackage, ...] = ()
    repositories: tuple[LockedRepository, ...] = ()
    compiler: str = ""
    """Package and version of the compiler of the kernel modules; empty: no modules are
    compiled."""
    modules: Mapping[str, str] = field(default_factory=dict)
    """MODULE-VERSION/KERNEL -> digest of what the newest module was compiled from."""
    error: str = ""
    """Reason why apt would fetch nothing; empty: there is none."""


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
