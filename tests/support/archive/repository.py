"""Write apt repositories: flat as NVIDIA's, or with suites as Ubuntu's and Debian's."""

from __future__ import annotations

import gzip
import hashlib
import shutil
from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from pathlib import Path

from tests.support.archive.keys import Key
from tests.support.archive.stub import Stub, build

ARCHITECTURE = "amd64"


def flat(  # noqa: PLR0913 - a Release file is these
    folder: Path,
    stubs: Iterable[Stub],
    key: Key,
    *,
    origin: str = "NVIDIA",
    label: str = "NVIDIA CUDA",
    suite: str = "",
) -> Path:
    """Publish packages, index and signature in one folder, and nothing that was there before.

    To withdraw packages, or to sign with another key, publish again.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / f"{key.short}.pub").write_text(key.armored)
    _index(folder, "", _entries(folder, "./", stubs))
    _release(folder, {"Origin": origin, "Label": label, "Suite": suite}, key)
    return folder


def suites(  # noqa: PLR0913 - a Release file is these
    folder: Path,
    codename: str,
    components: Mapping[str, Iterable[Stub]],
    key: Key,
    *,
    pockets: Iterable[str] = ("", "-updates", "-security"),
    origin: str = "Ubuntu",
) -> Path:
    """Publish component -> packages in dists/ and pool/, the same in each pocket."""
    shutil.rmtree(folder, ignore_errors=True)
    entries = {}
    for component, stubs in components.items():
        pool = folder / "pool" / component
        pool.mkdir(parents=True)
        entries[component] = _entries(pool, f"pool/{component}/", stubs)
    for pocket in pockets:
        dist = folder / "dists" / f"{codename}{pocket}"
        for component, text in entries.items():
            binary = f"{component}/binary-{ARCHITECTURE}/"
            (dist / binary).mkdir(parents=True)
            _index(dist, binary, text)
        named = {"Suite": f"{codename}{pocket}", "Codename": codename}
        said = {"Origin": origin, "Label": origin, **named, "Components": " ".join(entries)}
        _release(dist, said, key)
    return folder


def _entries(folder: Path, prefix: str, stubs: Iterable[Stub]) -> str:
    return "\n".join(_entry(build(stub, folder), prefix, stub) for stub in stubs)


def _entry(deb: Path, prefix: str, stub: Stub) -> str:
    data = deb.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    return (
        f"{stub.control()}Filename: {prefix}{deb.name}\nSize: {len(data)}\nSHA256: {digest}\n"
    )


def _index(folder: Path, below: str, text: str) -> None:
    (folder / f"{below}Packages").write_text(text)
    packed = gzip.compress(text.encode(), compresslevel=1, mtime=0)
    (folder / f"{below}Packages.gz").write_bytes(packed)


def _release(folder: Path, said: Mapping[str, str], key: Key) -> None:
    now = datetime.now(timezone.utc).strftime("%a, %d %b %Y %H:%M:%S UTC")
    fields = {**said, "Date": now, "Architectures": ARCHITECTURE}
    lines = [f"{name}: {value}" for name, value in fields.items() if value]
    lines.append("SHA256:")
    for file in sorted(folder.rglob("Packages*")):
        data = file.read_bytes()
        name = file.relative_to(folder)
        lines.append(f" {hashlib.sha256(data).hexdigest()} {len(data)} {name}")
    text = "\n".join(lines) + "\n"
    (folder / "Release").write_text(text)
    signed = key.sign(text)
    (folder / "Release.gpg").write_text(signed.detached)
    (folder / "InRelease").write_text(signed.around)
