"""Remove what killed processes and tests left on a machine: boxes, images, downloads."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dlbox.sandbox.engine import engine
from dlbox.sandbox.mounts import CACHE, cache_root

LABEL = "dlbox.maker"


def maker(pid: int | None = None) -> str:
    """Return a label that distinguishes a process from a later one with the same id; empty if it is gone."""
    try:
        stat = Path(f"/proc/{pid or os.getpid()}/stat").read_text(encoding="utf-8")
    except OSError:
        return ""
    # The program's name, in brackets, can contain anything; the start time is the 22nd field.
    started = stat.rpartition(")")[2].split()[19]
    return f"{pid or os.getpid()}-{started}"


def is_left_over(label: str) -> bool:
    """Return whether the process that made a box, according to the box's label, is gone."""
    pid = label.partition("-")[0]
    return pid.isdigit() and maker(int(pid)) != label


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
