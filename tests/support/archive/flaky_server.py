"""A server on loopback whose next answers can be spoilt, and that remembers what it was asked for."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from typing_extensions import override


@dataclass(frozen=True)
class Mood:
    """How one answer is spoilt."""

    status: int | None = None
    """Nothing but this."""
    cut: int | None = None
    """The line goes dead after so many bytes."""
    body: bytes | None = None
    """Other bytes."""
    ranges: bool = True
    """False: all of it is sent, whatever part was requested."""
    extent: str | None = None
    """What it says of the part that it sends, where that is not true."""
    length: bool = True
    """False: it does not say how much comes."""


@dataclass
class Server:
    """What it has, and what it was asked for."""

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    """Path, with its slash -> bytes."""
    moods: dict[str, list[Mood]] = field(default_factory=dict)
    """Path -> how its next answers are spoilt."""
    asked: list[tuple[str, int]] = field(default_factory=list)
    """Path, and the first byte wanted, of every request."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, server: Server, *args: object) -> None:
        self.told = server
        super().__init__(*args)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        start = int(self.headers.get("Range", "bytes=0-")[6:].rstrip("-"))
        self.told.asked.append((self.path, start))
        moods = self.told.moods.get(self.path, [])
        mood = moods.pop(0) if moods else Mood()
        body = mood.body if mood.body is not None else self.told.files.get(self.path)
        status = mood.status or (404 if body is None else 200)
        if body is None or mood.status:
            self._head(status, 0)
            return
        start = start if mood.ranges else 0
        if start and start >= len(body):
            self._head(416, 0)
            return
        self._send(body, start, mood)

    def _head(self, status: int, length: int | None, said: str = "") -> None:
        self.send_response(status)
        if length is None:
            self.close_connection = True
            self.send_header("Connection", "close")
        else:
            self.send_header("Content-Length", str(length))
        if said:
            self.send_header("Content-Range", said)
        self.end_headers()

    def _send(self, body: bytes, start: int, mood: Mood) -> None:
        said = mood.extent or f"bytes {start}-{len(body) - 1}/{len(body)}" if start else ""
        rest = body[start:]
        self._head(206 if start else 200, len(rest) if mood.length else None, said)
        if mood.cut is not None:
            rest, self.close_connection = rest[: mood.cut], True
        self.wfile.write(rest)

    @override
    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def moody() -> Iterator[Server]:
    """Serve as long as this lasts."""
    told = Server()
    http = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, told))
    http.daemon_threads = True
    thread = threading.Thread(target=http.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    told.url = f"http://127.0.0.1:{http.server_address[1]}"
    try:
        yield told
    finally:
        http.shutdown()
        http.server_close()
        thread.join()
