"""Whose keys have signed a text."""

from __future__ import annotations

import pytest

from dlbox.openpgp import signers
from tests.support.archive.keys import Signed, make_key
from tests.support.signatures import DEBIAN_13, HEAD, RELEASE_KEY, block


@pytest.fixture(scope="module")
def ours() -> tuple[str, Signed]:
    """Give the fingerprint of a throw-away key, and what it signed."""
    key = make_key(None, "an archive")
    return key.fingerprint, key.sign("Origin: x\n")


@pytest.mark.slow
def test_a_signature_says_whose_it_is(ours: tuple[str, Signed]) -> None:
    key, signed = ours
    assert signers(signed.around) == signers(signed.detached) == (key,)
    assert signers(signed.around.replace("\n", "\r\n")) == (key,)
    assert signers(DEBIAN_13) == (RELEASE_KEY,)
    assert signers(signed.around + DEBIAN_13) == tuple(sorted((key, RELEASE_KEY)))
    assert signers("Origin: x\n") == ()


@pytest.mark.parametrize(
    ("body", "key"),
    [
        # The id alone, among the unhashed subpackets; and a time before it.
        (f"{HEAD}0000000a0910aabbccddeeff0011", "AABBCCDDEEFF0011"),
        (f"{HEAD}0006050200000000000a0910aabbccddeeff0011", "AABBCCDDEEFF0011"),
        # A fingerprint wins over an id, a hashed subpacket over one that anybody may have added;
        # one may be marked as critical, and have a length of several bytes.
        (f"{HEAD}00171621 04{'ab' * 20}000a0910aabbccddeeff0011", "AB" * 20),
        (f"{HEAD}001716a1 04{'ab' * 20}00171621 04{'cd' * 20}", "AB" * 20),
        (f"{HEAD}001bff00000016 2104{'ab' * 20}0000", "AB" * 20),
    ],
)
def test_a_signature_may_be_put_together_in_several_ways(body: str, key: str) -> None:
    assert signers(block(body.replace(" ", ""))) == (key,)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (block(f"{HEAD}00000000"), "does not say whose it is"),
        (block(HEAD), "does not say whose it is"),
        (block(f"{HEAD}0003c0"), "was cut within a signature"),
        (DEBIAN_13.replace("5D0oAQChVsUvef9H1ob3BEzZTJaiNp8flzot85t8fqCzvbY", ""), "was cut"),
    ],
)
def test_what_is_no_whole_signature_is_nobodys(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        signers(text)
