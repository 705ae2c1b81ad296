"""Fetch many files, some at a time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic

import requests

from dlbox.bundle.download import Downloads, Withdrawn
from dlbox.bundle.files import BundleFile

TICK_S = 0.2
PARTING_S = 1.0
"""For the downloads that are under way to heed a stop."""


@dataclass
class Fetched:
    """What became of the files."""

    origins: dict[BundleFile, str] = field(default_factory=dict)
    """File -> the address it came from."""
    withdrawn: list[str] = field(default_factory=list)
    """A line for each file that no address has."""


Ends = SimpleQueue[tuple[BundleFile, "str | Exception"]]
"""File, and the address it came from or why it did not."""


def fetch(wanted: Iterable[BundleFile], downloads: Downloads, jobs: int) -> Fetched:
    """Fetch all of them, the largest first. Raises Fault at the first that cannot be reached.

    What has come by then stays, for the next run.
    """
    largest_first = sorted(wanted, key=lambda one: (-one.size, one.place))
    files: SimpleQueue[BundleFile] = SimpleQueue()
    ends: Ends = SimpleQueue()
    for file in largest_first:
        files.put(file)
    # Daemons, not an executor: it would wait for a server that has gone silent, half a minute
    # after the person's Ctrl-C (seen).
    workers = [
        Thread(target=_work, args=(files, ends, downloads), daemon=True)
        for _ in range(min(jobs, len(largest_first)))
    ]
    for worker in workers:
        worker.start()
    try:
        return _awaited(len(largest_first), ends, downloads)
    finally:
        downloads.stop.set()
        end = monotonic() + PARTING_S
        for worker in workers:
            worker.join(max(0.0, end - monotonic()))
        downloads.progress.close()


def _work(files: SimpleQueue[BundleFile], ends: Ends, downloads: Downloads) -> None:
    # One session for each thread: requests does not promise that threads may share one.
    with requests.Session() as session:
        while not downloads.stop.is_set():
            try:
                file = files.get_nowait()
            except Empty:
                return
            ends.put((file, _end(file, session, downloads)))


def _end(file: BundleFile, session: requests.Session, downloads: Downloads) -> str | Exception:
    try:
        return downloads.fetch(file, session)
    except Exception as why:  # noqa: BLE001 - the thread that waits raises it
        return why


def _awaited(count: int, ends: Ends, downloads: Downloads) -> Fetched:
    found = Fetched()
    while len(found.origins) + len(found.withdrawn) < count:
        downloads.progress.show()
        try:
            file, end = ends.get(timeout=TICK_S)
        except Empty:
            continue
        if isinstance(end, Withdrawn):
            found.withdrawn.append(str(end))
        elif isinstance(end, Exception):
            raise end
        else:
            found.origins[file] = end
    found.withdrawn.sort()
    return found
