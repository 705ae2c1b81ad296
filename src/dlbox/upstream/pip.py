"""Query the package index through pip, so that the user's own settings and mirrors apply."""

from __future__ import annotations

import os
import re
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from dlbox.subprocesses import Unreadable, run_output
from dlbox.upstream.wheel_metadata import Wheel, of_report

# Every glibc that a supported box can have, and the older ones.
_GLIBC = "2_39 2_36 2_35 2_34 2_31 2_28 2_27 2_24 2_18 2_17 2_12"
_TAGS = [f"manylinux_{glibc}_x86_64" for glibc in _GLIBC.split()]
_OLD_TAGS = [f"manylinux{year}_x86_64" for year in ("2014", "2010", "1")]
_PLATFORMS = [word for tag in (*_TAGS, *_OLD_TAGS) for word in ("--platform", tag)]
# Only the tags decide: an old pip compares Requires-Python with the Python that runs pip.
_ANY_PYTHON = "--ignore-requires-python"


def _pip(*argv: str) -> str:
    # PIP_CONSTRAINT is for packages that get installed here; this installs nothing.
    free = {"PIP_CONSTRAINT": os.devnull}
    return run_output(sys.executable, "-m", "pip", *argv, "--no-cache-dir", environment=free)


def _for(python: str) -> list[str]:
    return ["--only-binary", ":all:", "--python-version", python, *_PLATFORMS]


def described(package: str, version: str, python: str) -> Wheel:
    """Return the METADATA of a wheel; a recent pip reads it without downloading the wheel."""
    wanted = f"{package}==={version}"  # three equals signs: with two, a local 2.13.0+cpu also matches 2.13.0
    alone = ("--quiet", "--dry-run", "--no-deps", "--ignore-installed", "--report", "-")
    with TemporaryDirectory() as nowhere:
        report = _pip(
            "install", *alone, "--target", nowhere, _ANY_PYTHON, *_for(python), wanted
        )
    return of_report(report)


@cache
def versions(package: str, python: str) -> tuple[str, ...]:
    """Return every release with a wheel for this Python, the newest first; downloads nothing."""
    try:
        output = _pip("index", "versions", package, *_for(python))
    except Unreadable as why:
        if "No matching distribution" in str(why):
            return ()
        raise
    listed = re.search(r"^Available versions: (.*)$", output, re.MULTILINE)
    if not listed:
        msg = f"pip index: no list of versions of {package}"
        raise Unreadable(msg)
    return tuple(version for version in listed[1].split(", ") if "+" not in version)


def downloaded(package: str, version: str, python: str, folder: Path) -> Path:
    """Download one wheel into ``folder`` and return its path."""
    wanted = f"{package}==={version}"
    _pip("download", "--no-deps", "--dest", str(folder), _ANY_PYTHON, *_for(python), wanted)
    [wheel] = folder.glob(f"{package.replace('-', '_')}-*.whl")
    return wheel
