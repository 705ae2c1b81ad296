"""Leave a machine as it was before its tests, without their images and downloads."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from dlbox.sandbox.engine import engine
from dlbox.sandbox.mounts import CACHE, cache_root
from dlbox.sandbox.owner import is_left_over, maker

FOLDER = "dlbox-test-"


def images() -> set[str]:
    """Return the names of this project's images."""
    names = engine().call("images", "--format", "{{.Repository}}:{{.Tag}}").stdout
    return {name for name in names.split() if name.startswith("localhost/dlbox-")}


@contextmanager
def tidy() -> Iterator[None]:
    """Give the boxes of a run one cache; remove it afterwards, together with the run's images."""
    before = images()
    # Beside the permanent cache, not in /tmp: it grows to the size of all wheels, about 15 GB.
    home = cache_root().parent
    for other in home.glob(f"{FOLDER}*"):
        if is_left_over(other.name.removeprefix(FOLDER)):
            shutil.rmtree(other, ignore_errors=True)
    cache = home / f"{FOLDER}{maker()}"
    cache.mkdir(parents=True)
    os.environ[CACHE] = str(cache)
    try:
        yield
    finally:
        del os.environ[CACHE]
        shutil.rmtree(cache, ignore_errors=True)
        for image in images() - before:
            engine().call("rmi", image, check=False)
