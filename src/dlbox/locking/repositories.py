"""Find the apt repositories that packages come from, and the keys that signed them."""

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
    """Return the repositories in a fixed order, one entry per key that signed; unsigned has the key "".

    ``targets``: address of a repository, and file name of apt's list of its packages.
    ``signatures``: file name of apt's list of a signed file -> the signature blocks in it.
    Raises ValueError.
    """
    keys: dict[str, set[str]] = {}
    for uri, file in targets:
        keys.setdefault(uri, set()).update(signers(_signature(file, signatures)))
    used = {_home(package.uri, keys) for package in packages}
    rows = [(uri, key) for uri in used for key in keys.get(uri) or {""}]
    return tuple(LockedRepository(uri=uri, key=key) for uri, key in sorted(rows))


def _signature(file: str, signatures: Mapping[str, str]) -> str:
    """Return the signature that covers a list; if a flat repository lies above a suite, the nearer one."""
    near = [
        name
        for name in signatures
        for end in ENDS
        if name.endswith(end) and file.startswith(name.removesuffix(end))
    ]
    return signatures[max(near, key=len)] if near else ""


def _home(uri: str, repositories: Iterable[str]) -> str:
    """Return the repository that a package belongs to."""
    return max((one for one in repositories if uri.startswith(one)), key=len, default=uri)


def mirrors(lines: Iterable[str]) -> dict[str, str]:
    """Parse the lines ``mirror REPOSITORY ADDRESS``."""
    rows = [line.split(" ") for line in lines if line.startswith("mirror ")]
    return {local: address for _, local, address in rows}


def targets(lines: Iterable[str], known: Mapping[str, str]) -> list[tuple[str, str]]:
    """Parse the lines ``target REPOSITORY LIST``; ``known`` is the result of ``mirrors``."""
    rows = [line.split(" ") for line in lines if line.startswith("target ")]
    return [(found(uri, known), file) for _, uri, file in rows]


def signatures(lines: Iterable[str]) -> dict[str, str]:
    """Parse the lines ``signed LIST``, each with the signature blocks that follow it."""
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
