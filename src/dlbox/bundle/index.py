"""Write a bundle's texts about the downloaded files: index, signature, key, page of wheels, lock, checksums."""

from __future__ import annotations

import hashlib
import io
import shutil
import subprocess
import tarfile
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timezone
from email.utils import format_datetime
from html import escape
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from dlbox.bundle.errors import BundleError
from dlbox.bundle.files import BundleFile, inside
from dlbox.bundle.gpg import SigningKey
from dlbox.bundle.options import Options
from dlbox.bundle.writer import write_if_changed
from dlbox.lockfile.model import Lock, LockedPackage

MAGIC, HEAD = b"!<arch>\n", 60


def control(deb: Path) -> str:
    """Return the text of a package's control file. Raises BundleError.

    Bytes that are not UTF-8 survive when the text is written with surrogateescape.
    """
    try:
        with deb.open("rb") as file:
            name, packed = _member(file)
        data = _without_zstd(deb) if name.endswith(".zst") else packed
        with tarfile.open(fileobj=io.BytesIO(data)) as tar:
            found = tar.extractfile(next(m for m in tar if m.name.strip("./") == "control"))
            text = found.read() if found else b""
    except (ValueError, StopIteration, tarfile.TarError) as error:
        msg = f"{deb.name}: is not a complete .deb: {error}"
        raise BundleError(msg) from error
    return text.decode("utf-8", "surrogateescape")


def fields(text: str) -> dict[str, str]:
    """Return the fields of a control file; of a field with several lines, the first line."""
    lines = [
        line.partition(":") for line in text.splitlines() if line[:1] not in ("", " ", "\t")
    ]
    return {name: said.strip() for name, _, said in lines}


def _member(file: BinaryIO) -> tuple[str, bytes]:
    """Return the name and the bytes of the control member of an ar archive."""
    if file.read(len(MAGIC)) != MAGIC:
        msg = "it does not begin as one"
        raise ValueError(msg)
    while len(head := file.read(HEAD)) == HEAD:
        name, size = head[:16].decode().strip().rstrip("/"), int(head[48:58])
        if name.startswith("control.tar"):
            return name, file.read(size)
        file.seek(size + size % 2, io.SEEK_CUR)
    msg = "it has no control.tar"
    raise ValueError(msg)


def _without_zstd(deb: Path) -> bytes:
    """Return the unpacked control.tar of a package from Ubuntu.

    Python cannot unpack zstd before 3.14.
    """
    if shutil.which("dpkg-deb"):
        return _output("dpkg-deb", "--ctrl-tarfile", str(deb))
    if shutil.which("zstd"):
        with deb.open("rb") as file:
            return _output("zstd", "-dcq", given=_member(file)[1])
    msg = f"{deb.name}: is packed with zstd | install zstd (apt, dnf and brew call it so)"
    raise BundleError(msg)


def _output(*argv: str, given: bytes = b"") -> bytes:
    done = subprocess.run(argv, input=given, capture_output=True, check=False)
    if done.returncode:
        errors = done.stderr.decode(errors="replace").strip().splitlines() or [
            "it said nothing"
        ]
        msg = f"{argv[0]}: {errors[-1]}"
        raise ValueError(msg)
    return done.stdout


ARCHITECTURE = "amd64"


def packages(lock: Lock, folder: Path, read: Callable[[Path], str] = control) -> bytes:
    """Return the text of Packages for the .deb files in ``folder``. Raises BundleError."""
    inside = sorted(lock.packages, key=lambda package: package.file)
    entries = [_entry(package, read(folder / package.file)) for package in inside]
    return "\n".join(entries).encode("utf-8", "surrogateescape")


def _entry(package: LockedPackage, said: str) -> str:
    named = fields(said)
    found = tuple(named.get(word, "") for word in ("Package", "Version", "Architecture"))
    if found != (package.name, package.version, package.architecture):
        msg = f"{package.file}: calls itself {' '.join(found)} | create the lock again"
        raise BundleError(msg)
    return (
        f"{said.strip()}\n"
        f"Filename: ./{package.file}\n"
        f"Size: {package.size}\n"
        f"SHA256: {package.sha256}\n"
    )


def release(lock: Lock, indexes: Iterable[tuple[str, bytes]]) -> bytes:
    """Return the text of Release, dated with the lock's day: only its signature tells when it was made."""
    day = datetime.fromisoformat(lock.day).replace(tzinfo=timezone.utc)
    lines = [
        # apt asks for confirmation when any of the first three changes between two updates.
        "Origin: dlbox",
        "Label: dlbox bundle",
        "Suite: bundle",
        f"Date: {format_datetime(day, usegmt=True).replace('GMT', 'UTC')}",
        f"Architectures: {ARCHITECTURE}",
        f"Description: lock {lock.digest}",
        "SHA256:",
        *(f" {hashlib.sha256(data).hexdigest()} {len(data)} {name}" for name, data in indexes),
    ]
    return "".join(f"{line}\n" for line in lines).encode()


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
    new = [
        name
        for name, data in texts.items()
        if write_if_changed(inside(words.folder, name), data)
    ]
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
