"""Parse the output of ``apt-get --print-uris``."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from urllib.parse import unquote

from dlbox.lockfile.model import LockedPackage

HASH = "SHA256:"


def package(
    line: str, mirrors: Mapping[str, str], installed: Mapping[tuple[str, str], int]
) -> LockedPackage:
    """Parse a line ``'URI' FILE SIZE SHA256:HEX``. Raises ValueError.

    ``mirrors`` is as for ``found``; ``installed`` maps name and version to the size in KiB.
    """
    uri, file, size, digest = shlex.split(line)
    # apt escapes the characters that separate the parts of a file name: a colon is written as %3a.
    name, version, architecture = map(unquote, file.removesuffix(".deb").split("_"))
    if not digest.startswith(HASH):
        msg = f"the archive has no SHA-256 of {file}"
        raise ValueError(msg)
    return LockedPackage(
        name=name,
        version=version,
        architecture=architecture,
        size=int(size),
        installed_kb=installed.get((name, version), 0),
        sha256=digest.removeprefix(HASH),
        uri=found(uri, mirrors),
    )


def found(uri: str, mirrors: Mapping[str, str]) -> str:
    """Return an address in a form that works on every machine.

    ``mirrors`` maps a repository to its address, where apt itself names it by a file on the
    box. A user name and password that sources.list may contain are left out.
    """
    for local, address in mirrors.items():
        if uri.startswith(local):
            uri = f"{address.rstrip('/')}/{uri.removeprefix(local)}"
    return re.sub(r"^([a-z+]+://)[^/@]*@", r"\1", uri)
