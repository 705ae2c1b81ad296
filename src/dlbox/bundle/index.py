"""Write the texts about the downloaded files: index, signature, key, page of wheels, lock, checksums."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path
from urllib.parse import quote

from dlbox.bundle.apt_index import packages, release
from dlbox.bundle.files import BundleFile
from dlbox.bundle.gpg import SigningKey
from dlbox.bundle.options import Options
from dlbox.bundle.writer import write_if_changed
from dlbox.lockfile.model import Lock


def write_texts(
    words: Options, lock: Lock, key: SigningKey, files: list[BundleFile]
) -> tuple[list[str], bool]:
    """Write the texts; return the names of all files of the bundle, and whether a text changed.

    The lock is written last but for the checksums: a bundle that has its lock has the rest.
    Raises BundleError.
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
    texts["SHA256SUMS"] = checksums(files, texts)
    new = [name for name, data in texts.items() if write_if_changed(words.folder / name, data)]
    return [*(one.place for one in files), *texts], bool(new)


def _signed(there: Path, text: bytes, key: SigningKey) -> bytes:
    """Return the signed text; keep a valid existing one, because signing may ask for a passphrase."""
    around = there.read_bytes() if there.is_file() else b""
    return around if around and key.has_signed(around, text) else key.signed(text)


def wheel_page(wheels: Iterable[BundleFile]) -> bytes:
    """Return the page in which pip and uv look for links: not every server lists a folder."""
    names = [(one.place.rpartition("/")[2], one.sha256) for one in wheels]
    links = [
        f'<a href="{quote(name)}#sha256={digest}">{escape(name)}</a><br>\n'
        for name, digest in names
    ]
    head = '<!DOCTYPE html>\n<html lang="en"><title>wheels</title>\n'
    return f"{head}{''.join(links)}</html>\n".encode()


def checksums(fetched: Iterable[BundleFile], texts: Mapping[str, bytes]) -> bytes:
    """Return the text that ``sha256sum --check`` reads."""
    digests = {one.place: one.sha256 for one in fetched}
    digests |= {name: hashlib.sha256(data).hexdigest() for name, data in texts.items()}
    return "".join(f"{digests[name]}  {name}\n" for name in sorted(digests)).encode()
