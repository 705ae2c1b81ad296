"""A server with moods of its own, and downloads from it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from dlbox.bundle.download import Downloads
from dlbox.bundle.progress import Progress
from tests.support.archive.flaky_server import Server, moody
from tests.support.downloads import BODY, Run


@pytest.fixture(autouse=True)
def _direct(monkeypatch: pytest.MonkeyPatch) -> None:
    # Loopback is no business of a proxy that this machine may have.
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def server() -> Iterator[Server]:
    with moody() as told:
        yield told


@pytest.fixture
def run(tmp_path: Path) -> Run:
    folder, said = tmp_path / "bundle", io.StringIO()
    (folder / "apt").mkdir(parents=True)
    (folder / "wheels").mkdir()
    progress = Progress(len(BODY), 1, said)
    return Run(folder, Downloads(folder, progress, Event(), pause=_no_pause), said)


def _no_pause(tries: int) -> float:
    assert tries, "there is nothing to wait for after a try that brought something"
    return 0
