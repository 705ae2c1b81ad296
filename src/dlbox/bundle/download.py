"""Download one file into a .part that the next run continues, and verify it before renaming it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import requests

from dlbox.bundle.errors import BundleError
from dlbox.bundle.files import BundleFile, digest
from dlbox.bundle.progress import Progress
from dlbox.bundle.stream import Cut, NotThere, OtherBytes, Stream, stream

TRIES = 5
"""The limit of consecutive tries that bring nothing; a try that brought some bytes does not
count."""


class Withdrawn(Exception):  # noqa: N818 - the archive's state, not a malfunction
    """No address has the file any more; the other files can still be downloaded."""


class Stopped(Exception):  # noqa: N818 - a request, not a malfunction
    """The download ended on request: another one failed, or the person interrupted the run."""


@dataclass(frozen=True)
class Downloads:
    """The state that all downloads of a run share."""

    folder: Path
    progress: Progress
    stop: Event
    pause: Callable[[int], float] = lambda tries: 2.0 ** (tries - 1)
    """Returns the seconds to wait after a number of consecutive tries."""

    def fetch(self, wanted: BundleFile, session: requests.Session) -> str:
        """Download the file and return the address that it came from.

        Raises Withdrawn, BundleError or Stopped.
        """
        failures = []
        for address in wanted.addresses:
            try:
                self._verified(wanted, session, address)
            except (NotThere, OtherBytes) as why:
                failures.append(f"{address}: {why}")
                continue
            wanted.part(self.folder).replace(self.folder / wanted.place)
            self.progress.finished()
            return address
        raise Withdrawn(f"{wanted.what}: " + "; ".join(failures))

    def _verified(self, wanted: BundleFile, session: requests.Session, address: str) -> None:
        """Download the right bytes into the .part; start again once if they are wrong."""
        try:
            self._try(wanted, session, address)
        except OtherBytes:
            self._try(wanted, session, address)

    def _try(self, wanted: BundleFile, session: requests.Session, address: str) -> None:
        part = wanted.part(self.folder)
        try:
            self._fill(wanted, session, address)
            _judge(part, wanted)
        except OtherBytes:
            # The remains of an earlier run, or the answer of a proxy, may be the cause.
            self.progress.add(-wanted.begun(self.folder))
            part.unlink(missing_ok=True)
            raise

    def _fill(self, wanted: BundleFile, session: requests.Session, address: str) -> None:
        tries, have = 0, wanted.begun(self.folder)
        most = have
        while have < wanted.size:
            try:
                with stream(session, address, have) as source:
                    self._pour(source, wanted, have)
            except Cut as why:
                cut = str(why)
            else:
                cut = "ends too early"
            have = wanted.begun(self.folder)
            tries = 0 if have > most else tries + 1
            most = max(most, have)
            if tries == TRIES:
                msg = f"{wanted.what}: {address}: {cut} | run the same command again; it resumes there"
                raise BundleError(msg)
            if tries and self.stop.wait(self.pause(tries)):
                raise Stopped

    def _pour(self, source: Stream, wanted: BundleFile, have: int) -> None:
        if source.total not in (None, wanted.size):
            msg = f"has {source.total} bytes where the lock says {wanted.size}"
            raise OtherBytes(msg)
        with wanted.part(self.folder).open("r+b" if have else "wb") as file:
            file.seek(source.start)
            file.truncate()
            self.progress.add(source.start - have)
            for chunk in source.chunks:
                if self.stop.is_set():
                    raise Stopped
                self.progress.add(file.write(chunk))
                if file.tell() > wanted.size:
                    msg = f"has more than the {wanted.size} bytes of the lock"
                    raise OtherBytes(msg)


def _judge(part: Path, wanted: BundleFile) -> None:
    found = digest(part)
    if found != wanted.sha256:
        msg = f"has other bytes than the lock says (sha256 {found})"
        raise OtherBytes(msg)
