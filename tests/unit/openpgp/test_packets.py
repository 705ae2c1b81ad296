"""The fingerprint of a public key, read off its text."""

import base64
import hashlib
import re
import subprocess
from pathlib import Path

import pytest

from dlbox.openpgp import fingerprint
from roles.nvidia_archive.manifest import KEYS
from tests.support.archive.keys import Key, make_key

BEGIN, END = "-----BEGIN PGP PUBLIC KEY BLOCK-----", "-----END PGP PUBLIC KEY BLOCK-----"


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[Key, Key]:
    """Give two throw-away keys."""
    folder = tmp_path_factory.mktemp("keys")
    return make_key(folder, "a mirror"), make_key(folder, "somebody else")


def saved(folder: Path, text: str) -> str:
    file = folder / "given.asc"
    file.write_text(text)
    return str(file)


def test_gpg_finds_the_same_fingerprints(keys: tuple[Key, Key], tmp_path: Path) -> None:
    for file in (*KEYS.iterdir(), Path(saved(tmp_path, keys[0].armored))):
        said = subprocess.run(
            [
                "gpg",
                "--homedir",
                str(tmp_path),
                "--batch",
                "--with-colons",
                "--show-keys",
                file,
            ],
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        assert (
            fingerprint(file.read_text()) == re.findall(r"^fpr:+(\w+):", said, re.MULTILINE)[0]
        )


def test_a_headed_key_and_one_with_other_line_ends_are_the_same(keys: tuple[Key, Key]) -> None:
    ours, other = keys
    headed = ours.armored.replace("\n\n", "\nVersion: x\nComment: y\n\n", 1)
    assert headed != ours.armored
    assert fingerprint(headed) == fingerprint(ours.armored) == ours.fingerprint
    assert fingerprint(f"said before\n{ours.armored}said after\n") == ours.fingerprint
    assert fingerprint(ours.armored.replace("\n", "\r\n")) == ours.fingerprint
    assert fingerprint(other.armored) != ours.fingerprint


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "holds 0 OpenPGP blocks where one public key is wanted"),
        (f"{BEGIN}\n\nmQ==\n", "holds no whole ASCII-armored public key"),
        (f"{BEGIN}\n\nmQ==\n{END}", "was cut within a packet"),
        # A user id, and a key of version 3.
        (f"{BEGIN}\n\ntAFh\n{END}", "holds 0 keys where one of version 4 is wanted"),
        (f"{BEGIN}\n\nmAED\n{END}", "holds 1 keys where one of version 4 is wanted"),
        # New packets, of one and of two bytes of length.
        (f"{BEGIN}\n\nzQFh\n{END}", "holds 0 keys where one of version 4 is wanted"),
        (f"{BEGIN}\n\nzcAAYQ==\n{END}", "was cut within a packet"),
    ],
)
def test_what_is_no_key_has_no_fingerprint(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=r".") as error:
        fingerprint(text)
    assert str(error.value) == says


@pytest.mark.parametrize(
    ("packet", "digest"),
    [
        # The same body of a key in an old packet, and in new ones of 1, 2 and 5 bytes of length.
        ("mAMEAAE=", "E7217E8B0CD76A2B951B5FF54B004FD58DA14A7B"),
        ("xgMEAAE=", "E7217E8B0CD76A2B951B5FF54B004FD58DA14A7B"),
        ("xv8AAAADBAAB", "E7217E8B0CD76A2B951B5FF54B004FD58DA14A7B"),
    ],
)
def test_a_packets_head_may_be_written_in_several_ways(packet: str, digest: str) -> None:
    assert fingerprint(f"{BEGIN}\n\n{packet}\n{END}") == digest


@pytest.mark.parametrize("size", [192, 448, 8383])
def test_a_long_packets_head_may_be_written_in_several_ways(size: int) -> None:
    body = b"\x04" + bytes(size - 1)
    heads = (
        b"\x99" + size.to_bytes(2, "big"),
        b"\x9a" + size.to_bytes(4, "big"),
        b"\xc6" + bytes([(size - 192 >> 8) + 192, size - 192 & 255]),
        b"\xc6\xff" + size.to_bytes(4, "big"),
    )
    packets = (base64.b64encode(head + body + b"\xb4\x01a").decode() for head in heads)
    found = {fingerprint(f"{BEGIN}\n\n{packet}\n{END}") for packet in packets}
    digest = hashlib.sha1(heads[0] + body, usedforsecurity=False).hexdigest()
    assert found == {digest.upper()}
