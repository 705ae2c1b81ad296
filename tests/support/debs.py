"""A lock of small packages that are really there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dlbox.lockfile.file import seal_lock
from dlbox.lockfile.model import Lock, LockedPackage
from tests.support.archive.stub import Stub, build
from tests.support.downloads import sha

DAY = "2026-11-25"
STUBS = (
    Stub("libzwei", "1:2.0-1", depends=("libeins (>= 1)",), files={"/usr/share/zwei": "2\n"}),
    Stub("libeins", "1.0+deb13u1~x", architecture="all", files={"/usr/share/eins": "1\n"}),
)


def locked(folder: Path, url: str, stubs: tuple[Stub, ...] = STUBS, **more: Any) -> Lock:
    """Return the lock of packages that are built into a folder, and that an address has."""
    folder.mkdir(exist_ok=True)
    found = []
    for stub in stubs:
        data = build(stub, folder).read_bytes()
        place = (stub.name, stub.version, stub.architecture)
        found.append(
            LockedPackage(
                **dict(zip(("name", "version", "architecture"), place, strict=True)),
                size=len(data),
                sha256=sha(data),
                uri=f"{url}/pool/{stub.file}",
            ).model_dump()
        )
    said: dict[str, Any] = {
        "tool": "0.1.0",
        "catalog": "c" * 64,
        "day": DAY,
        "system": "debian-13",
        "cards": ["10de:1b06"],
        "knobs": {"jupyter_install": False},
        "stack": {"toolkits": [], "cudnn": None, "nccl": None, "frameworks": {}},
        "kernels": [],
        "compiler": "",
        "modules": {},
        "repositories": [{"uri": url, "key": "A" * 40}],
        "packages": found,
        "wheels": [],
    }
    return seal_lock(said | more)
