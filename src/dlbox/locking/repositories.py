"""The apt repositories that packages come from, and whose keys signed them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from dlbox.lockfile.model import LockedPackage, LockedRepository
from dlbox.locking.apt_uris import found
from dlbox.openpgp.signers import signers

ENDS = ("InRelease", "Release.gpg")


def repositories(
    targets: Iterable[tuple[str, str]],
    signatures: Mapping[str, str],
    packages: Iterable[LockedPackage],
) -> tuple[LockedRepository, ...]:
    """Return them in one order, one for each key that signed; an unsigned one has the key "".

    ``targets``: address of a repository, name of apt's list of its packages; ``signatures``: name of
    apt's list of a signed file -> the blocks in it. Raises ValueError.
    """
    keys: dict[str, set[str]] = {}
    for uri, file in targets:
        keys.setdefault(uri, set()).update(signers(_signature(file, signatures)))
    used = {_home(package.uri, keys) for package in packages}
    rows = [(uri, key) for uri in used for key in keys.get(uri) or {""}]
    return tuple(LockedRepository(uri=uri, key=key) for uri, key in sorted(rows))


def _signature(file: str, signatures: Mapping[str, str]) -> str:
    """Return what vouches for a list; where a flat repository lies above a suite, the nearer one."""
    near = [
        name
        for name in signatures
        for end in ENDS
        if name.endswith(end) and file.startswith(name.removesuffix(end))
    ]
    return signatures[max(near, key=len)] if near else ""


def _home(uri: str, repositories: Iterable[str]) -> str:
    """Return the repository that a package is of."""
    return max((one for one in repositories if uri.startswith(one)), key=len, default=uri)


def mirrors(lines: Iterable[str]) -> dict[str, str]:
    """Read lines of ``mirror REPOSITORY ADDRESS``."""
    rows = [line.split(" ") for line in lines if line.startswith("mirror ")]
    return {local: address for _, local, address in rows}


def targets(lines: Iterable[str], known: Mapping[str, str]) -> list[tuple[str, str]]:
    """Read lines of ``target REPOSITORY LIST``; ``known``: the mirrors."""
    rows = [line.split(" ") for line in lines if line.startswith("target ")]
    return [(found(uri, known), file) for _, uri, file in rows]


def signatures(lines: Iterable[str]) -> dict[str, str]:
    """Read lines of ``signed LIST``, each with the blocks that follow it, to the end."""
    texts: dict[str, str] = {}
    name = ""
    for line in lines:
        word, _, rest = line.partition(" ")
        if word == "signed":
            name = rest
            texts[name] = ""
        elif name:
            texts[name] += f"{line}\n"
    return texts
