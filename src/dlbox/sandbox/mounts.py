"""What boxes receive from this machine: its CA bundle, its proxies and a cache of downloads."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

CACHE = "DLBOX_CACHE"
"""Environment variable that names another folder for downloads."""
CA_IN_BOX = "/etc/dlbox-host-ca.pem"
ARCHIVES = "/var/cache/apt/archives"
STORE = "/var/cache/dlbox/debs"
"""Where dlbox itself keeps packages, and deletes those that no rollback needs any more."""
UV_CACHE = "/var/cache/dlbox/uv"


@dataclass(frozen=True)
class Mount:
    """A path on this machine that is mounted in a box."""

    source: Path
    target: str
    read_only: bool = False

    def flag(self) -> str:
        """Return the engine's flag for the mount."""
        return f"--volume={self.source}:{self.target}{':ro' if self.read_only else ''}"


def host_ca(env: Mapping[str, str]) -> Path | None:
    """Return the CA bundle that this machine is configured to trust, as behind an intercepting proxy."""
    paths = (env.get(name) for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"))
    return next((Path(path) for path in paths if path and Path(path).is_file()), None)


HOST_CA = host_ca(os.environ)
"""The value for the boxes' setting base_ca_bundle; None if this machine names no bundle."""


def ca_mounts() -> tuple[Mount, ...]:
    """Return the bundle's mount, beside the box's own trust store and not over it."""
    return (Mount(HOST_CA, CA_IN_BOX, read_only=True),) if HOST_CA else ()


def proxy_flags(env: Mapping[str, str]) -> list[str]:
    """Return the engine's flags that pass this machine's proxies on."""
    names = ("http_proxy", "https_proxy", "no_proxy")
    both = [*names, *(name.upper() for name in names)]
    return [f"--env={name}={env[name]}" for name in both if env.get(name)]


def cache_root() -> Path:
    """Return the folder that keeps downloads between boxes."""
    if CACHE in os.environ:
        return Path(os.environ[CACHE])
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dlbox"


def wheel_cache() -> tuple[Mount, ...]:
    """Return the mount of uv's cache, which the boxes of all releases share."""
    uv = cache_root() / "uv"
    uv.mkdir(parents=True, exist_ok=True)
    return (Mount(uv, UV_CACHE),)


def download_cache(release: str) -> tuple[Mount, ...]:
    """Return the mounts for one new box, with everything that boxes of its release ever downloaded.

    apt does not wait for the lock of its archives, so each box has its own folders, whose files
    are hard links.
    """
    store = cache_root() / f"apt-{release}"
    store.mkdir(parents=True, exist_ok=True)
    for other in store.glob("box-*"):
        _link(other, store)
    return (Mount(_own(store), ARCHIVES), Mount(_own(store), STORE), *wheel_cache())


def _own(store: Path) -> Path:
    made = Path(tempfile.mkdtemp(prefix="box-", dir=store))
    made.chmod(0o755)
    _link(store, made)
    return made


def keep(folder: Path) -> None:
    """Move the downloads of a removed box into the cache, if the folder belongs to the cache."""
    store = folder.parent
    if store.parent == cache_root() and folder.name.startswith("box-") and folder.is_dir():
        _link(folder, store)
        shutil.rmtree(folder, ignore_errors=True)


def _link(source: Path, target: Path) -> None:
    # Another process may remove the folder, and under rootless podman a file may belong to
    # another user. Errors do not matter: these are only downloads.
    with contextlib.suppress(OSError):
        for file in source.glob("*.deb"):
            with contextlib.suppress(OSError):
                os.link(file, target / file.name)
