"""Read which keys signed a repository's Release file, from the signatures and without gpg."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dlbox.openpgp.packets import decoded, packets

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
        for tag, body in packets(decoded(block))
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
