"""Read OpenPGP without gpg: the fingerprint of a key, and which keys signed a Release file."""

from __future__ import annotations

import base64
import hashlib
import re
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
    keys = [body for tag, body in packets(_strip_armor(armored)) if tag == PUBLIC_KEY]
    if len(keys) != 1 or keys[0][:1] != bytes([VERSION]):
        msg = f"holds {len(keys)} keys where one of version 4 is wanted"
        raise ValueError(msg)
    framed = b"\x99" + len(keys[0]).to_bytes(2, "big") + keys[0]
    # SHA-1 is what the format defines a fingerprint to be (RFC 4880, section 12.2).
    return hashlib.sha1(framed, usedforsecurity=False).hexdigest().upper()


def _strip_armor(armored: str) -> bytes:
    if armored.count("-----BEGIN PGP") != 1:
        msg = f"holds {armored.count('-----BEGIN PGP')} OpenPGP blocks where one public key is wanted"
        raise ValueError(msg)
    _, begin, rest = armored.partition("-----BEGIN PGP PUBLIC KEY BLOCK-----")
    block, end, _ = rest.partition("-----END PGP PUBLIC KEY BLOCK-----")
    if not begin or not end:
        msg = "holds no whole ASCII-armored public key"
        raise ValueError(msg)
    return decode_base64(block)


def decode_base64(block: str) -> bytes:
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


SIGNATURE = 2
"""Packet tag of a signature (RFC 4880, section 4.3)."""
ISSUER, ISSUER_FINGERPRINT = 16, 33
"""Types of subpackets: the id and the fingerprint of the key (RFC 4880 and RFC 9580, section
5.2.3)."""
BLOCK = re.compile("-----BEGIN PGP SIGNATURE-----(.*?)-----END PGP SIGNATURE-----", re.DOTALL)
HASHED_AT = 4
"""Offset of the length of the hashed subpackets in a version 4 signature."""


def signers(text: str) -> tuple[str, ...]:
    """Return the fingerprint, 40 hex digits, of each key that signed the text, sorted.

    If a subkey signs, as with most of Debian's keys, it is the fingerprint of the subkey. A
    signature that names its key only by the id gives 16 digits. This function does not check
    whether the signatures are good: that is left to apt, which has the keys and the signed
    text. Raises ValueError for text that is no signature.
    """
    found = {
        _signer(body)
        for block in BLOCK.findall(text)
        for tag, body in packets(decode_base64(block))
        if tag == SIGNATURE
    }
    return tuple(sorted(found))


def _signer(body: bytes) -> str:
    try:
        named = dict(_named(body))
    except IndexError as error:
        msg = "was cut within a signature"
        raise ValueError(msg) from error
    # The version of the key precedes the fingerprint.
    found = named.get(ISSUER_FINGERPRINT, b"")[1:] or named.get(ISSUER, b"")
    if not found:
        msg = "holds a signature that does not say whose it is"
        raise ValueError(msg)
    return found.hex().upper()


def _named(body: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (type, content) of all subpackets, the unhashed first, because dict() keeps the last."""
    middle = HASHED_AT + 2 + int.from_bytes(body[HASHED_AT : HASHED_AT + 2], "big")
    end = middle + 2 + int.from_bytes(body[middle : middle + 2], "big")
    yield from _subpackets(body[middle + 2 : end])
    yield from _subpackets(body[HASHED_AT + 2 : middle])


def _subpackets(data: bytes) -> Iterator[tuple[int, bytes]]:
    while data:
        size, start = _size(data)
        # The first bit marks a critical subpacket.
        yield data[start] & 0x7F, data[start + 1 : start + size]
        data = data[start + size :]


def _size(data: bytes) -> tuple[int, int]:
    """Return the size of a subpacket, including its type, and the offset where it starts."""
    first, one_octet, four_octets = data[0], 192, 255
    if first < one_octet:
        return first, 1
    if first < four_octets:
        return ((first - one_octet) << 8) + data[1] + one_octet, 2
    return int.from_bytes(data[1:5], "big"), 5
