"""What is written about the fetched files: index, signature, key, page of wheels, lock and sums."""

from __future__ import annotations

from pathlib import Path

from deploys._bundle.asked import Asked
from deploys._bundle.placed import place
from deploys._bundle.repository import packages, release
from deploys._bundle.signing import SigningKey
from deploys._bundle.sums import sums
from deploys._bundle.wanted import Wanted
from deploys._bundle.wheel_page import wheel_page
from roles.lock.model import Lock


def write_texts(
    words: Asked, lock: Lock, key: SigningKey, files: list[Wanted]
) -> tuple[list[str], bool]:
    """Write them; return the names of all files of the bundle, and whether a text is new.

    The lock is the last but for the sums: where it lies, the rest is there. Raises Fault.
    """
    index = packages(lock, words.folder / "apt")
    vouched = release(lock, [("Packages", index)])
    texts = {
        "apt/Packages": index,
        "apt/Release": vouched,
        "apt/InRelease": _signed(words.folder / "apt/InRelease", vouched, key),
        "apt/key.asc": key.public,
        "wheels/index.html": wheel_page(
            one for one in files if one.place.startswith("wheels/")
        ),
        "lock.yaml": words.lock.read_bytes(),
    }
    texts["SHA256SUMS"] = sums(files, texts)
    new = [name for name, data in texts.items() if place(words.folder / name, data)]
    return [*(one.place for one in files), *texts], bool(new)


def _signed(there: Path, text: bytes, key: SigningKey) -> bytes:
    """Return the signed text; the one that is there, if it is: signing may ask for a passphrase."""
    around = there.read_bytes() if there.is_file() else b""
    return around if around and key.has_signed(around, text) else key.signed(text)
