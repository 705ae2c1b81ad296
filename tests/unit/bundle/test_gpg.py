"""A person's own key: found, and asked for a signature."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from dlbox.bundle.errors import UserError
from dlbox.bundle.gpg import SigningKey, secret_key
from tests.support.gnupg import gnupg_home


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    with gnupg_home("Somebody <somebody@invalid>") as made:
        yield made


@pytest.fixture(scope="module")
def key(home: Path) -> SigningKey:
    return secret_key("somebody@invalid", home)


def test_a_key_is_found_by_fingerprint_and_by_id(home: Path, key: SigningKey) -> None:
    assert re.fullmatch(r"[0-9A-F]{40}", key.fingerprint)
    assert secret_key(key.fingerprint, home) == key
    assert secret_key(key.fingerprint[-16:], home) == key
    assert key.public.startswith(b"-----BEGIN PGP PUBLIC KEY BLOCK-----")
    assert b"PRIVATE" not in key.public


def test_a_signature_is_of_one_text_by_one_key(home: Path, key: SigningKey) -> None:
    text = b"Origin: dlbox\nSHA256:\n 1 2 3\n"
    around = key.signed(text)
    assert around.startswith(b"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n")
    assert key.has_signed(around, text)
    assert not key.has_signed(around, b"Origin: other\n")
    assert not key.has_signed(around.replace(b"dlbox", b"other"), b"Origin: other\n")
    assert not SigningKey("F" * 40, home, b"").has_signed(around, text)


@pytest.mark.parametrize("name", ["0123456789ABCDEF", "nobody@invalid"])
def test_an_unknown_key_is_one_line(home: Path, name: str) -> None:
    with pytest.raises(UserError) as told:
        secret_key(name, home)
    assert re.fullmatch(
        rf"gpg: {name}: .*No secret key \| name a secret key: gpg --list-secret-keys",
        str(told.value),
    )


def test_a_name_of_two_keys_is_not_enough() -> None:
    with tempfile.TemporaryDirectory(prefix="gpg-", ignore_cleanup_errors=True) as made:
        gpg = ["gpg", "--homedir", made, "--batch", "--quiet", "--passphrase", ""]
        for name in ("a@invalid", "b@invalid"):
            made_key = [*gpg, "--quick-generate-key", name, "ed25519", "sign", "never"]
            subprocess.run(made_key, check=True, capture_output=True)
        with pytest.raises(UserError, match=r"gpg: invalid: is 2 secret keys \| name a secret"):
            secret_key("invalid", Path(made))
        subprocess.run(["gpgconf", "--homedir", made, "--kill", "gpg-agent"], check=True)


def test_without_gpg_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(UserError, match=r"gpg: x: is not installed \| install gnupg"):
        secret_key("x", None)
