"""Download many files, several at a time."""

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
"""The time that running downloads get to react to a stop."""


@dataclass
class Fetched:
    """The outcome of the downloads."""

    origins: dict[BundleFile, str] = field(default_factory=dict)
    """Maps a file to the address that it came from."""
    withdrawn: list[str] = field(default_factory=list)
    """One line for each file that no address has."""


Ends = SimpleQueue[tuple[BundleFile, "str | Exception"]]
"""A file with the address that it came from, or with the reason why it did not arrive."""


def fetch(wanted: Iterable[BundleFile], downloads: Downloads, jobs: int) -> Fetched:
    """Download all files, the largest first. Raises BundleError at the first that cannot be reached.

    The files that have arrived by then stay for the next run.
    """
    largest_first = sorted(wanted, key=lambda one: (-one.size, one.place))
    files: SimpleQueue[BundleFile] = SimpleQueue()
    ends: Ends = SimpleQueue()
    for file in largest_first:
        files.put(file)
    # Daemon threads instead of an executor: an executor waits for a server that has gone silent,
    # for half a minute after the person's Ctrl-C (seen).
    workers = [
        Thread(target=_work, args=(files, ends, downloads), daemon=True)
        for _ in range(min(jobs, len(largest_first)))
    ]
    for worker in workers:
        worker.start()
    try:
        return _collect(len(largest_first), ends, downloads)
    finally:
        downloads.stop.set()
        end = monotonic() + PARTING_S
        for worker in workers:
            worker.join(max(0.0, end - monotonic()))
        downloads.progress.close()


def _work(files: SimpleQueue[BundleFile], ends: Ends, downloads: Downloads) -> None:
    # One session per thread: requests does not guarantee that threads can share one.
    with requests.Session() as session:
        while not downloads.stop.is_set():
            try:
                file = files.get_nowait()
            except Empty:
                return
            ends.put((file, _outcome(file, session, downloads)))


def _outcome(
    file: BundleFile, session: requests.Session, downloads: Downloads
) -> str | Exception:
    try:
        return downloads.fetch(file, session)
    except Exception as why:  # noqa: BLE001 - the thread that waits raises it
        return why


def _collect(count: int, ends: Ends, downloads: Downloads) -> Fetched:
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
