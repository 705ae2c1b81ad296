"""The bytes at an address, from any of them on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import requests
from requests.exceptions import InvalidSchema, InvalidURL, MissingSchema

CHUNK = 1 << 16
"""Bytes; a slow line has to bring that many before Ctrl-C is heeded."""
TIMEOUTS_S = (10, 30)
"""Until it answers, and of silence."""
TOO_FAR = 416
PASSING = {408, 425, 429}


class NotThere(Exception):  # noqa: N818 - the address's state, not a malfunction
    """The address does not have it; asking again is of no use."""


class OtherBytes(Exception):  # noqa: N818 - the address's state, not a malfunction
    """What the address has is not what is wanted."""


class Cut(Exception):  # noqa: N818 - the network's state, not a malfunction
    """No answer, or no more of it; asking again may help."""


@dataclass(frozen=True)
class Stream:
    """Bytes on their way."""

    start: int
    """Of the file, at which they begin; 0 where a server sends all of it whatever was asked."""
    total: int | None
    """Bytes of the whole file; None: not said."""
    chunks: Iterator[bytes]


def stream(
    session: requests.Session, address: str, start: int
) -> AbstractContextManager[Stream]:
    """Open an address. Raises NotThere, OtherBytes, Cut; reading it raises Cut."""
    path = local(address)
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
            _judge(answer.status_code)
            begins, total = _extent(answer)
            if begins not in (0, start):
                msg = f"sends from byte {begins} on where {start} was asked for"
                raise OtherBytes(msg)
            yield Stream(begins, total, answer.iter_content(CHUNK))
    except (InvalidSchema, MissingSchema, InvalidURL) as error:
        msg = "is no address of HTTP or of this machine"
        raise NotThere(msg) from error
    except requests.RequestException as error:
        raise Cut(_cause(error)) from error


def _judge(status: int) -> None:
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
    """Return at which byte the answer begins, and how many the file has."""
    if answer.status_code == requests.codes.partial_content:
        said = re.match(r"bytes (\d+)-\d*/(\d*)", answer.headers.get("Content-Range", ""))
        return (int(said[1]), int(said[2]) if said[2] else None) if said else (-1, None)
    length = answer.headers.get("Content-Length", "")
    return 0, int(length) if length.isdigit() else None


def _cause(error: BaseException) -> str:
    """Return the innermost reason: the outer ones of requests quote each other."""
    while (inner := error.__cause__ or error.__context__) is not None:
        error = inner
    return f"{type(error).__name__}: {error}"


def local(address: str) -> Path | None:
    """Return the path of an address on this machine; None: it is elsewhere."""
    if address.startswith("/"):
        return Path(address)
    parts = urlsplit(address)
    return Path(unquote(parts.path)) if parts.scheme == "file" else None
