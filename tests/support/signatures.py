"""Signatures of OpenPGP, one real and others put together by hand."""

from __future__ import annotations

import base64

DEBIAN_13 = """\
-----BEGIN PGP SIGNATURE-----

iHUEARYIAB0WIQRBWH99uMd0vM8TFBZ2L2egssOd5AUCawFh0gAKCRB2L2egssOd
5D0oAQChVsUvef9H1ob3BEzZTJaiNp8flzot85t8fqCzvbY/aAD9GC6yIVg81g8+
iHOwRQL9mEtroJ8wWSaPKlyFWS74qw4=
-----END PGP SIGNATURE-----
"""
"""By an elliptic key, taken from an InRelease of trixie; its checksum is left out."""
RELEASE_KEY = "41587F7DB8C774BCCF131416762F67A0B2C39DE4"
HEAD = "0400010a"
"""How a signature packet begins."""


def block(body: str) -> str:
    """Return a signature packet of these bytes, armored by hand."""
    data = bytes.fromhex(body)
    text = base64.b64encode(bytes([0xC2, len(data)]) + data).decode()
    return f"-----BEGIN PGP SIGNATURE-----\n\n{text}\n-----END PGP SIGNATURE-----\n"
