"""Sign with a key of the user, through their own gpg, so that the secret key stays in place."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from dlbox.bundle.errors import UserError

NAME_ONE = "name a secret key: gpg --list-secret-keys"


@dataclass(frozen=True)
class SigningKey:
    """A secret key that gpg holds."""

    fingerprint: str
    home: Path | None
    public: bytes
    """The public half, ASCII-armored."""

    def signed(self, text: bytes) -> bytes:
        """Return the text inside a clear signature. Raises UserError."""
        sign = ("--digest-algo", "SHA512", "--local-user", self.fingerprint)
        return _gpg(self.home, *sign, "--armor", "--clearsign", given=text)

    def has_signed(self, around: bytes, text: bytes) -> bool:
        """Return whether ``around`` is this text, signed by this key."""
        try:
            output = _gpg(self.home, "--status-fd", "1", "--decrypt", given=around)
        except UserError:
            return False
        status = [line for line in output.splitlines() if line.startswith(b"[GNUPG:] ")]
        valid = [line.split()[-1] for line in status if line.split()[1] == b"VALIDSIG"]
        plain = [line for line in output.splitlines() if line not in status]
        return valid == [self.fingerprint.encode()] and plain == text.splitlines()


def secret_key(name: str, home: Path | None) -> SigningKey:
    """Return the one secret key with this id. Raises UserError."""
    try:
        listed = _gpg(home, "--with-colons", "--list-secret-keys", name)
    except UserError as error:
        msg = str(error).replace("gpg: ", f"gpg: {name}: ", 1)
        raise UserError(msg) from error
    rows = [line.split(":") for line in listed.decode(errors="replace").splitlines()]
    keys = [row for row in rows if row[0] == "sec"]
    if len(keys) != 1:
        msg = f"gpg: {name}: is {len(keys)} secret keys | {NAME_ONE}"
        raise UserError(msg)
    if "S" not in keys[0][11]:
        why = {"e": "has expired", "r": "is revoked"}.get(keys[0][1], "cannot sign")
        msg = f"gpg: {name}: {why} | {NAME_ONE}"
        raise UserError(msg)
    fingerprint = next(row[9] for row in rows if row[0] == "fpr")
    minimal = ("--export-options", "export-minimal")
    return SigningKey(
        fingerprint, home, _gpg(home, "--armor", *minimal, "--export", fingerprint)
    )


def _gpg(home: Path | None, *argv: str, given: bytes = b"") -> bytes:
    where = ["--homedir", str(home)] if home else []
    try:
        done = subprocess.run(
            ["gpg", *where, "--batch", "--quiet", "--no-permission-warning", *argv],
            input=given,
            capture_output=True,
            check=False,
            env={**os.environ, **_terminal()},
        )
    except FileNotFoundError as error:
        msg = "gpg: is not installed | install gnupg (apt, dnf and brew call it so)"
        raise UserError(msg) from error
    if done.returncode:
        errors = done.stderr.decode(errors="replace").strip().splitlines() or [
            "it said nothing"
        ]
        msg = f"gpg: {errors[-1].removeprefix('gpg: ')} | {NAME_ONE}"
        raise UserError(msg)
    return done.stdout


def _terminal() -> dict[str, str]:
    """Return the terminal on which pinentry can ask for the passphrase: gpg-agent has none of its own."""
    return {"GPG_TTY": os.ttyname(0)} if sys.stdin.isatty() else {}
