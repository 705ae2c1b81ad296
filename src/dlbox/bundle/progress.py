"""Report the progress of downloads: one changing line on a terminal, otherwise a line every ten seconds."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from time import monotonic
from typing import TextIO

SILENCE_S = 10


class Progress:
    """The bytes and files so far; ``add`` and ``finished`` can be called from any thread."""

    def __init__(
        self,
        total: int,
        files: int,
        stream: TextIO,
        *,
        existing: int = 0,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """Count up to ``total`` bytes in ``files`` files; ``existing`` bytes exist already."""
        self._total, self._files, self._existing = total, files, existing
        self._stream, self._clock, self._lock = stream, clock, Lock()
        self._terminal = stream.isatty()
        self._done, self._finished = existing, 0
        self._start = self._said = clock()

    @property
    def fetched(self) -> int:
        """Return the number of bytes that arrived in this run and were kept."""
        return self._done - self._existing

    @property
    def seconds(self) -> float:
        """Return the number of seconds since the start."""
        return self._clock() - self._start

    def add(self, count: int) -> None:
        """Count bytes; a negative number where a file is started again."""
        with self._lock:
            self._done += count

    def finished(self) -> None:
        """Count one finished file."""
        with self._lock:
            self._finished += 1

    def show(self) -> None:
        """Print the progress if it is due."""
        if self._terminal:
            self._stream.write(f"\r{self.line()}\x1b[K")
        elif self._clock() - self._said >= SILENCE_S:
            self._said = self._clock()
            self._stream.write(f"{self.line()}\n")
        self._stream.flush()

    def close(self) -> None:
        """Print the final state of the line."""
        if self._terminal:
            self._stream.write(f"\r{self.line()}\x1b[K\n")
            self._stream.flush()

    def line(self) -> str:
        """Return the line that describes the progress."""
        rate = max(self.fetched, 0) / max(self.seconds, 0.001)
        part = 100 * self._done // self._total if self._total else 100
        left = _minutes_seconds((self._total - self._done) / rate) if rate else "?"
        return (
            f"  {part:3} %  {gb(self._done)} of {gb(self._total)}  {rate / 1e6:.1f} MB/s"
            f"  {self._finished} of {self._files} files  {left} left"
        )


def gb(count: int) -> str:
    """Return a number of bytes in MB or GB, for a person."""
    if count < 10**9:
        return f"{count / 1e6:.1f} MB"
    return f"{count / 1e9:.2f} GB"


def _minutes_seconds(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02}"
