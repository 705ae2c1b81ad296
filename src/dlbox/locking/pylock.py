"""Ask an index, through uv, for the wheels of one of dlbox's own locks, and parse the answer (PEP 751)."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import unquote, urlsplit

from packaging.markers import Marker

from dlbox.host.layout import LOCKS
from dlbox.locking.wheel_tags import marker_environment
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
