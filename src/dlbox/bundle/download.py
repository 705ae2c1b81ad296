"""Download one file into a .part that the next run continues, and verify it before renaming it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import requests
from requests.exceptions import InvalidSchema, InvalidURL, MissingSchema

from dlbox.bundle.errors import BundleError
from dlbox.bundle.files import BundleFile, digest, local_file
from dlbox.bundle.progress import Progress

CHUNK = 1 << 16
"""Bytes per read; a slow line must deliver that many before Ctrl-C takes effect."""
TIMEOUTS_S = (10, 30)
"""The time until the server answers, and the longest silence after that."""
TOO_FAR = 416
PASSING = {408, 425, 429}


class NotThere(Exception):  # noqa: N818 - the address's state, not a malfunction
    """The address does not have the file; asking again is useless."""


class OtherBytes(Exception):  # noqa: N818 - the address's state, not a malfunction
    """The address has something other than the wanted file."""


class Cut(Exception):  # noqa: N818 - the network's state, not a malfunction
    """The server did not answer, or stopped answering; asking again may help."""


@dataclass(frozen=True)
class Stream:
    """An open download."""

    start: int
    """The offset in the file at which the chunks begin; 0 where a server sends the whole file
    regardless of the request."""
    total: int | None
    """The size of the whole file in bytes; None: the server does not say."""
    chunks: Iterator[bytes]


def stream(
    session: requests.Session, address: str, start: int
) -> AbstractContextManager[Stream]:
    """Open an address. Raises NotThere, OtherBytes or Cut; reading the chunks raises Cut."""
    path = local_file(address)
    return _from_server(session, address, start) if path is None else _from_disk(path, start)


@contextmanager
def _from_disk(path: Path, start: int) -> Iterator[Stream]:
    if not path.is_file():
        msg = "no such file"
        raise NotThere(msg)
    with path.open("rb") as file:
        file.seek(start)
        chunks = iter(lambda: file.read(CHUNK), b"")
        yield Stream(start, path.stat().st_size, chunks)


@contextmanager
def _from_server(session: requests.Session, address: str, start: int) -> Iterator[Stream]:
    headers = {"Accept-Encoding": "identity"}
    if start:
        headers["Range"] = f"bytes={start}-"
    try:
        with session.get(address, headers=headers, stream=True, timeout=TIMEOUTS_S) as answer:
            _check_status(answer.status_code)
            begins, total = _extent(answer)
            if begins not in (0, start):
                msg = f"sends from byte {begins}, but {start} was requested"
                raise OtherBytes(msg)
            yield Stream(begins, total, answer.iter_content(CHUNK))
    except (InvalidSchema, MissingSchema, InvalidURL) as error:
        msg = "is no address of HTTP or of this machine"
        raise NotThere(msg) from error
    except requests.RequestException as error:
        raise Cut(_cause(error)) from error


def _check_status(status: int) -> None:
    if status == TOO_FAR:
        msg = "has fewer bytes"
        raise OtherBytes(msg)
    if status in PASSING or status >= requests.codes.server_error:
        msg = f"HTTP {status}"
        raise Cut(msg)
    if status >= requests.codes.bad_request:
        msg = f"HTTP {status}"
        raise NotThere(msg)


def _extent(answer: requests.Response) -> tuple[int, int | None]:
    """Return the offset at which the answer begins, and the size of the file."""
    if answer.status_code == requests.codes.partial_content:
        content_range = re.match(
            r"bytes (\d+)-\d*/(\d*)", answer.headers.get("Content-Range", "")
        )
        return (
            (int(content_range[1]), int(content_range[2]) if content_range[2] else None)
            if content_range
            else (-1, None)
        )
    length = answer.headers.get("Content-Length", "")
    return 0, int(length) if length.isdigit() else None


def _cause(error: BaseException) -> str:
    """Return the innermost cause; the outer ones of requests only quote each other."""
    while (inner := error.__cause__ or error.__context__) is not None:
        error = inner
    return f"{type(error).__name__}: {error}"


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
            wanted.part(self.folder).replace(wanted.path(self.folder))
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
            _verify(part, wanted)
        except OtherBytes:
            # The remains of an earlier run, or the answer of a proxy, may be the cause.
            self.progress.add(-wanted.bytes_on_disk(self.folder))
            part.unlink(missing_ok=True)
            raise

    def _fill(self, wanted: BundleFile, session: requests.Session, address: str) -> None:
        tries, have = 0, wanted.bytes_on_disk(self.folder)
        most = have
        while have < wanted.size:
            try:
                with stream(session, address, have) as source:
                    self._pour(source, wanted, have)
            except Cut as why:
                cut = str(why)
            else:
                cut = "ends too early"
            have = wanted.bytes_on_disk(self.folder)
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


def _verify(part: Path, wanted: BundleFile) -> None:
    found = digest(part)
    if found != wanted.sha256:
        msg = f"has other bytes than the lock says (sha256 {found})"
        raise OtherBytes(msg)
