"""What ``apt-get --print-uris`` says of a package."""

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
    """Read a line ``'URI' FILE SIZE SHA256:HEX``. Raises ValueError.

    ``mirrors`` as for ``found``; ``installed``: name and version -> KiB.
    """
    uri, file, size, digest = shlex.split(line)
    # In the names of apt's files what would part them, a colon or an underscore, is written %3a.
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
    """Return an address as everybody can use it.

    ``mirrors``: repository -> its address, where apt's own word for it is a file of the box.
    A name and password that somebody's sources.list may have are left out.
    """
    for local, address in mirrors.items():
        if uri.startswith(local):
            uri = f"{address.rstrip('/')}/{uri.removeprefix(local)}"
    return re.sub(r"^([a-z+]+://)[^/@]*@", r"\1", uri)
