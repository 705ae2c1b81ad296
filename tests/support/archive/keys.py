"""Keys that sign a repository, made and used by gpg in homes of its own."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal


class SigningError(RuntimeError):
    """gpg did not do as it was told; the message is one line for a person."""


@dataclass(frozen=True)
class Signed:
    """A text with its signature around it, as InRelease is, and the signature by itself."""

    around: str
    detached: str


@dataclass(frozen=True)
class Key:
    """A signing key."""

    armored: str
    """The public half, as a box is given it."""
    fingerprint: str
    secret: str = field(repr=False)

    @property
    def short(self) -> str:
        """Return the last eight digits, by which NVIDIA names its key files."""
        return self.fingerprint[-8:].lower()

    def sign(self, text: str) -> Signed:
        """Sign a text, with SHA512 whatever the key's own signature is made with."""
        with _home(None) as home:
            _gpg(home, "--import", stdin=self.secret)
            how = ("--digest-algo", "SHA512", "--armor")
            return Signed(
                _gpg(home, *how, "--clearsign", stdin=text),
                _gpg(home, *how, "--detach-sign", stdin=text),
            )


def make_key(
    folder: Path | None, name: str, *, digest: Literal["SHA512", "SHA1"] = "SHA512"
) -> Key:
    """Make an RSA key without a passphrase, in a home below the folder that goes away again.

    `digest` is of the key's own signature over its name: apt of Debian 13 no longer takes SHA1,
    as NVIDIA's old key 3bf863cc has it.
    """
    with _home(folder) as home:
        made = ["--cert-digest-algo", digest, "--quick-generate-key", name, "rsa3072", "sign"]
        _gpg(home, *made, "never")
        listed = _gpg(home, "--with-colons", "--list-keys").splitlines()
        fingerprint = next(row.split(":")[9] for row in listed if row.startswith("fpr:"))
        exported = _gpg(home, "--armor", "--export")
        return Key(exported, fingerprint, _gpg(home, "--armor", "--export-secret-keys"))


@contextmanager
def signing_home(folder: Path) -> Iterator[tuple[Path, str]]:
    """Yield a home of gpg with a new key in it, as a person has one, and the key's fingerprint."""
    key = make_key(folder, "a person")
    with _home(folder) as home:
        _gpg(home, "--import", stdin=key.secret)
        yield home, key.fingerprint


@contextmanager
def _home(folder: Path | None) -> Iterator[Path]:
    # A new one each time: gpg starts an agent for each home, which has to be ended or it outlives
    # the test, and whoever asks an agent that is about to end is told "No secret key".
    with tempfile.TemporaryDirectory(
        prefix="gpg-", dir=folder, ignore_cleanup_errors=True
    ) as made:
        try:
            yield Path(made)
        finally:
            _run(["gpgconf", "--homedir", made, "--kill", "gpg-agent"])


def _gpg(home: Path, *args: str, stdin: str = "") -> str:
    alone = ["gpg", "--homedir", str(home), "--batch", "--quiet", "--no-permission-warning"]
    unasked = ["--pinentry-mode", "loopback", "--passphrase", ""]
    done = _run([*alone, *unasked, *args], stdin)
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
        msg = f"gpg {' '.join(args)}: {said[-1]}"
        raise SigningError(msg)
    return done.stdout


def _run(argv: list[str], stdin: str = "") -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(argv, input=stdin, text=True, capture_output=True, check=False)
    except FileNotFoundError as error:
        msg = f"{argv[0]} is missing, and nothing can sign the test repository; install gnupg"
        raise SigningError(msg) from error
