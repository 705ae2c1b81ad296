"""The digests of a bundle's files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from deploys._bundle.wanted import Wanted


def sums(fetched: Iterable[Wanted], texts: Mapping[str, bytes]) -> bytes:
    """Return what ``sha256sum --check`` reads."""
    digests = {one.place: one.sha256 for one in fetched}
    digests |= {name: hashlib.sha256(data).hexdigest() for name, data in texts.items()}
    return "".join(f"{digests[name]}  {name}\n" for name in sorted(digests)).encode()
