"""Find exactly which wheels a box gets from dlbox's own locks, and where to download each."""

from __future__ import annotations

import re
import shutil
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import unquote, urlsplit

import requests
from packaging.markers import Marker

from dlbox.host.layout import LOCKS, lock_text
from dlbox.lockfile.model import LockedWheel
from dlbox.locking.wheel_tags import best_wheel, marker_environment
from dlbox.subprocesses import Unreadable, run_output

NEWEST_GLIBC = 40
"""The newest glibc 2.x that uv 0.13 has a platform for; no wheel requires a newer one yet."""
# In the standard library from 3.11 on; for 3.10, pytest and mypy bring the same module as tomli.
toml = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")


@dataclass(frozen=True)
class ListedWheel:
    """A wheel as an index lists it."""

    name: str
    version: str
    file: str
    url: str
    size: int | None
    sha256: str


def compile_pylock(lock: str, index: str | None, python: str, glibc: str) -> str:
    """Return the pylock.toml of a lock's wheels for one Python and glibc. Raises Unreadable."""
    in_venv = Path(sys.executable).with_name("uv")
    uv = str(in_venv) if in_venv.exists() else shutil.which("uv")
    if not uv:
        msg = "uv is neither in .venv nor in PATH | .venv/bin/pip install uv"
        raise Unreadable(msg)
    minor = min(int(glibc.split(".")[1]), NEWEST_GLIBC)
    quiet = (
        "--quiet",
        "--format",
        "pylock.toml",
        "--no-deps",
        "--generate-hashes",
        "--no-header",
    )
    box = ("--python-platform", f"x86_64-manylinux_2_{minor}", "--python-version", python)
    # Any index that has a wheel with the right hash will do: dlbox's own lock pins the hashes.
    more = ("--index", index, "--index-strategy", "unsafe-best-match") if index else ()
    with TemporaryDirectory() as folder:
        target = Path(folder, "pylock.toml")
        run_output(
            *(uv, "pip", "compile", *quiet, *box, *more, "--python", sys.executable),
            *("--only-binary", ":all:", str(LOCKS / f"{lock}.txt"), "-o", str(target)),
        )
        return target.read_text(encoding="utf-8")


def parse_pylock(pylock: str, python: str) -> Iterator[ListedWheel]:
    """Yield the wheels of all packages that a Linux box with this Python gets. Raises Unreadable."""
    for package in toml.loads(pylock)["packages"]:
        if "marker" in package and not Marker(package["marker"]).evaluate(
            marker_environment(python)
        ):
            continue
        if not package.get("wheels"):
            msg = f"{package['name']} {package['version']}: no index has a wheel of it for this box"
            raise Unreadable(msg)
        for wheel in package["wheels"]:
            yield _wheel(package, wheel)


def _wheel(package: Mapping[str, Any], wheel: Mapping[str, Any]) -> ListedWheel:
    # An index that is a folder on this machine gives paths instead of URLs.
    url = wheel.get("url") or Path(wheel["path"]).resolve().as_uri()
    return ListedWheel(
        name=package["name"],
        version=package["version"],
        file=wheel.get("name") or unquote(urlsplit(url).path.rpartition("/")[2]),
        url=url,
        size=wheel.get("size"),
        sha256=wheel["hashes"].get("sha256", ""),
    )


AT_ONCE = 4
PATIENCE_S = 60
HASH = re.compile(r"sha256:([0-9a-f]{64})")


@dataclass(frozen=True)
class FoundWheel:
    """A wheel, and its address in an index."""

    wheel: LockedWheel
    url: str


def resolve_wheels(
    lock_names: Mapping[str, str | None], python: str, glibc: str
) -> list[FoundWheel]:
    """Return the wheels of locks, each one once, sorted by name. Raises Unreadable.

    ``lock_names`` maps a lock to an index for the wheels that the usual index lacks. ``python``
    and ``glibc`` are the box's versions, such as ``3.13`` and ``2.41``.
    """
    arguments = [(name, index, python, glibc) for name, index in sorted(lock_names.items())]
    return merge_wheels(wheel for found in _at_once(arguments) for wheel in found)


def _at_once(arguments: list[tuple[str, str | None, str, str]]) -> list[tuple[FoundWheel, ...]]:
    # Plain pyinfra reports while Python ends, when no thread can start any more.
    if not threading.main_thread().is_alive():
        return [locked_wheel(*one) for one in arguments]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda one: locked_wheel(*one), arguments))


def merge_wheels(found: Iterable[FoundWheel]) -> list[FoundWheel]:
    """Return each file once, in a fixed order. Raises Unreadable if two files of one name differ."""
    by_file: dict[str, FoundWheel] = {}
    for one in found:
        other = by_file.setdefault(one.wheel.file, one)
        if other.wheel.sha256 != one.wheel.sha256:
            msg = f"{one.wheel.file}: two locks have different wheels of this name"
            raise Unreadable(msg)
    return sorted(by_file.values(), key=lambda one: (one.wheel.name, one.wheel.file))


@cache
def locked_wheel(
    lock: str, index: str | None, python: str, glibc: str
) -> tuple[FoundWheel, ...]:
    """Return the wheels of one lock, looked up once per run. Raises Unreadable."""
    listed = parse_pylock(compile_pylock(lock, index, python, glibc), python)
    allowed = frozenset(HASH.findall(lock_text(lock)))
    return tuple(_found(one) for one in select_wheel(lock, listed, allowed, python, glibc))


def _found(one: ListedWheel) -> FoundWheel:
    wheel = LockedWheel(
        name=one.name,
        version=one.version,
        file=one.file,
        size=one.size or _size(one.url),
        sha256=one.sha256,
    )
    return FoundWheel(wheel, one.url)


def _size(url: str) -> int:
    """Return the size in bytes from the server; an index of the old kind does not list it."""
    try:
        answer = requests.head(url, allow_redirects=True, timeout=PATIENCE_S)
        answer.raise_for_status()
        return int(answer.headers["Content-Length"])
    except (requests.RequestException, KeyError, ValueError) as error:
        msg = f"{url.rpartition('/')[2]}: its size cannot be found out: {error}"
        raise Unreadable(msg) from error


def select_wheel(
    lock: str, there: Iterable[ListedWheel], allowed: frozenset[str], python: str, glibc: str
) -> Iterator[ListedWheel]:
    """Yield the wheel of each package that an installer takes. Raises Unreadable.

    An index may have added wheels to a release since the lock was made. The lock does not
    contain their hashes, so the box does not accept them.
    """
    releases: dict[tuple[str, str], dict[str, ListedWheel]] = {}
    for one in there:
        files = releases.setdefault((one.name, one.version), {})
        if one.sha256 in allowed:
            files[one.file] = one
    for (name, version), files in releases.items():
        file = best_wheel(files, python, glibc)
        if file is None:
            msg = f"{lock}: no wheel of {name} {version} that it allows fits Python {python} and glibc {glibc}"
            raise Unreadable(msg)
        yield files[file]
