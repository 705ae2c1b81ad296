"""The fingerprint of an ASCII-armored OpenPGP key, without gpg."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator

PUBLIC_KEY = 6
"""Packet tag of a public key (RFC 4880, section 4.3)."""
VERSION = 4
NEW_FORMAT, OLD_LENGTHS = 0x40, {0: 1, 1: 2, 2: 4}
ONE_OCTET, TWO_OCTETS = 192, 224


def fingerprint(armored: str) -> str:
    """Return the version 4 fingerprint, 40 hex digits, of the one key in the text.

    Raises ValueError if the text has no key, or more than one: whoever holds another key of a
    file that apt is given can sign for it.
    """
    keys = [body for tag, body in packets(_dearmored(armored)) if tag == PUBLIC_KEY]
    if len(keys) != 1 or keys[0][:1] != bytes([VERSION]):
        msg = f"holds {len(keys)} keys where one of version 4 is wanted"
        raise ValueError(msg)
    framed = b"\x99" + len(keys[0]).to_bytes(2, "big") + keys[0]
    # SHA-1 is what the format defines a fingerprint to be (RFC 4880, section 12.2).
    return hashlib.sha1(framed, usedforsecurity=False).hexdigest().upper()


def _dearmored(armored: str) -> bytes:
    if armored.count("-----BEGIN PGP") != 1:
        msg = f"holds {armored.count('-----BEGIN PGP')} OpenPGP blocks where one public key is wanted"
        raise ValueError(msg)
    _, begin, rest = armored.partition("-----BEGIN PGP PUBLIC KEY BLOCK-----")
    block, end, _ = rest.partition("-----END PGP PUBLIC KEY BLOCK-----")
    if not begin or not end:
        msg = "holds no whole ASCII-armored public key"
        raise ValueError(msg)
    return decoded(block)


def decoded(block: str) -> bytes:
    """Return the decoded content between the first and the last line of an ASCII-armored block."""
    # Headers such as "Comment: ..." end with an empty line; the checksum line begins with "=".
    lines = [line.strip() for line in block.replace("\r", "").split("\n\n", 1)[-1].splitlines()]
    return base64.b64decode("".join(line for line in lines if line and line[0] != "="))


def packets(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (tag, body) of each packet. Raises ValueError if the data ends within one."""
    try:
        while data:
            tag, start, size = _header(data)
            if len(data) < start + size:
                msg = "was cut within a packet"
                raise ValueError(msg)
            yield tag, data[start : start + size]
            data = data[start + size :]
    except IndexError as error:
        msg = "was cut within a packet"
        raise ValueError(msg) from error


def _header(data: bytes) -> tuple[int, int, int]:
    """Return the tag of a packet, the offset of its body, and the size of its body."""
    head = data[0]
    if not head & NEW_FORMAT:
        width = OLD_LENGTHS.get(head & 3, 0)
        return (head >> 2) & 15, 1 + width, int.from_bytes(data[1 : 1 + width], "big")
    first = data[1]
    if first < ONE_OCTET:
        return head & 63, 2, first
    if first < TWO_OCTETS:
        return head & 63, 3, ((first - ONE_OCTET) << 8) + data[2] + ONE_OCTET
    return head & 63, 6, int.from_bytes(data[2:6], "big")
