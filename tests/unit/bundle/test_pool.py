"""Many downloads at a time."""

from __future__ import annotations

import io
from dataclasses import replace
from threading import Event

import pytest

from dlbox.bundle.download import TRIES, Downloads
from dlbox.bundle.errors import BundleError
from dlbox.bundle.files import BundleFile, missing
from dlbox.bundle.pool import fetch
from dlbox.bundle.progress import Progress
from tests.support.archive.flaky_server import Mood, Server
from tests.support.downloads import BODY, Run, wanted


def several(server: Server, count: int) -> list[BundleFile]:
    found = []
    for at in range(count):
        body = bytes([at]) * (10_000 + at)
        server.files[f"/{at}"] = body
        found.append(wanted(f"{server.url}/{at}", body=body, place=f"apt/{at}.deb"))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("jobs", [1, 8])
def test_all_are_fetched_and_told_apart(server: Server, run: Run, jobs: int) -> None:
    files = several(server, 12)
    fetched = fetch(files, run.downloads, jobs)
    assert set(fetched.origins) == set(files)
    assert missing(files, run.folder, jobs) == []
    assert len(server.asked) == 12


def test_one_that_is_gone_does_not_keep_the_others(server: Server, run: Run) -> None:
    files = several(server, 6)
    del server.files["/2"], server.files["/4"]
    fetched = fetch(files, run.downloads, 3)
    assert len(fetched.origins) == 4
    assert [line.rpartition("/")[2] for line in fetched.withdrawn] == [
        "2: HTTP 404",
        "4: HTTP 404",
    ]


def test_a_dead_server_ends_the_run(server: Server, run: Run) -> None:
    files = several(server, 40)
    server.moods["/39"] = [Mood(status=503)] * TRIES  # the largest is the first
    with pytest.raises(BundleError, match="503"):
        fetch(files, run.downloads, 1)
    assert {path for path, _ in server.asked} <= {"/39", "/38"}


def test_ctrl_c_leaves_what_came_for_the_next_run(
    server: Server, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = several(server, 5)
    server.files["/big"] = BODY
    big = wanted(f"{server.url}/big")
    server.moods["/big"] = [Mood(cut=100_000)] + [Mood(status=503)] * TRIES

    def enough() -> None:
        if run.part.exists() and run.part.stat().st_size:
            raise KeyboardInterrupt

    monkeypatch.setattr(run.downloads.progress, "show", enough)
    with pytest.raises(KeyboardInterrupt):
        fetch([big, *files], replace(run.downloads, pause=lambda _: 9), 1)
    left = run.part.stat().st_size
    server.asked.clear()
    server.moods.clear()
    again = Downloads(run.folder, Progress(1, 1, io.StringIO()), Event())
    fetch(missing([big, *files], run.folder, 2), again, 2)
    assert ("/big", left) in server.asked
    assert missing([big, *files], run.folder, 2) == []
