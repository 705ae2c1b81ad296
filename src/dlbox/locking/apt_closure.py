"""Find every package that dlbox brings to a box: apt's addresses, repositories and their signers."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping
from urllib.parse import unquote

from pyinfra.api import FactBase
from typing_extensions import override

from dlbox.lockfile.model import Closure, LockedPackage, LockedRepository
from dlbox.openpgp import signers
from dlbox.shell import shell_text

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
        uri=portable_uri(uri, mirrors),
    )


def portable_uri(uri: str, mirrors: Mapping[str, str]) -> str:
    """Return an address in a form that works on every machine.

    ``mirrors`` maps a repository to its address, where apt itself names it by a file on the
    box. A user name and password that sources.list may contain are left out.
    """
    for local, address in mirrors.items():
        if uri.startswith(local):
            uri = f"{address.rstrip('/')}/{uri.removeprefix(local)}"
    return re.sub(r"^([a-z+]+://)[^/@]*@", r"\1", uri)


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
    return [(portable_uri(uri, known), file) for _, uri, file in rows]


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


SCRIPT = shell_text(__file__, "apt-closure.sh")


def parse_closure(lines: Iterable[str]) -> Closure:
    """Parse the output of apt-closure.sh; return a closure with an error if the output has one."""
    output = list(lines)
    errors = [line.partition(" ")[2] for line in output if line.startswith("E: ")]
    if errors:
        return Closure(error=errors[0])
    try:
        known, sizes = mirrors(output), _installed(output)
        packages = [package(line, known, sizes) for line in output if line.startswith("'")]
        packages.sort(key=lambda one: (one.name, one.architecture))
        archives = repositories(targets(output, known), signatures(output), packages)
    except ValueError as error:
        return Closure(error=str(error))
    return Closure(tuple(packages), archives, _compiler(output, packages), _modules(output))


def _installed(lines: Iterable[str]) -> dict[tuple[str, str], int]:
    """Parse the lines ``installed NAME VERSION KIB``."""
    rows = [line.split(" ") for line in lines if line.startswith("installed ")]
    return {(name, version): int(size) for _, name, version, size in rows}


def _compiler(lines: Iterable[str], packages: Iterable[LockedPackage]) -> str:
    """Return the compiler with the version that apt would fetch, else the one from before dlbox."""
    coming = {package.name: package.version for package in packages}
    rows = [line.split(" ") for line in lines if line.startswith("compiler ")]
    return next((f"{name} {coming.get(name, installed)}" for _, name, installed in rows), "")


def _modules(lines: Iterable[str]) -> dict[str, str]:
    """Parse the lines ``module MODULE-VERSION/KERNEL/DIGEST.tar.gz``; the newest comes last."""
    paths = [line.partition(" ")[2] for line in lines if line.startswith("module ")]
    rows = [path.removesuffix(".tar.gz").rpartition("/") for path in paths]
    return {what: digest for what, _, digest in rows}


class WouldFetch(FactBase[Closure]):
    """What apt would fetch on a box in its state from before dlbox came."""

    @override
    def command(
        self, files: Mapping[str, str], wanted: Mapping[str, str], *, kernels: bool
    ) -> str:
        """Return the shell command.

        ``files`` maps a path below /etc/apt to its text; ``wanted`` is as for WouldInstall.
        """
        pairs = [word for pair in files.items() for word in pair]
        names = [f"{name}={pin}*" if pin else name for name, pin in wanted.items()]
        words = (*pairs, "--", "kernels" if kernels else "bare", *names)
        return f"set -- {shlex.join(words)}\n{SCRIPT}"

    @override
    def process(self, output: Iterable[str]) -> Closure:
        return parse_closure(output)
