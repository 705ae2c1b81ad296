"""One download: resumed, verified, and from the next address where the first has it no more."""

from __future__ import annotations

from pathlib import Path

import pytest

from dlbox.bundle.download import TRIES, Withdrawn
from dlbox.bundle.errors import BundleError
from tests.support.archive.flaky_server import Mood, Server
from tests.support.downloads import BODY, Run, wanted

OTHER = BODY[::-1]


def test_a_file_is_fetched_verified_and_named(server: Server, run: Run) -> None:
    server.files["/a"] = BODY
    assert run.fetch(wanted(f"{server.url}/a")) == f"{server.url}/a"
    assert run.file.read_bytes() == BODY
    assert not run.part.exists()
    assert server.asked == [("/a", 0)]
    assert run.downloads.progress.fetched == len(BODY)


def test_a_cut_line_is_taken_up_where_it_was_cut(server: Server, run: Run) -> None:
    server.files["/a"] = BODY
    server.moods["/a"] = [Mood(cut=70_000), Mood(cut=100_000)]
    run.fetch(wanted(f"{server.url}/a"))
    assert run.file.read_bytes() == BODY
    starts = [start for _, start in server.asked]
    assert starts[0] == 0
    assert 0 < starts[1] <= 70_000
    assert starts[1] < starts[2] <= 170_000
    assert len(starts) == 3
    assert run.downloads.progress.fetched == len(BODY)


def test_the_next_run_goes_on_with_what_was_left(server: Server, run: Run) -> None:
    server.files["/a"] = BODY
    run.part.write_bytes(BODY[:200_000])
    run.fetch(wanted(f"{server.url}/a"))
    assert server.asked == [("/a", 200_000)]
    assert run.file.read_bytes() == BODY


def test_what_was_left_whole_is_not_asked_for(server: Server, run: Run) -> None:
    run.part.write_bytes(BODY)
    run.fetch(wanted(f"{server.url}/a"))
    assert server.asked == []
    assert run.file.read_bytes() == BODY


def test_a_server_without_ranges_sends_all_of_it(server: Server, run: Run) -> None:
    server.files["/a"] = BODY
    server.moods["/a"] = [Mood(cut=150_000), Mood(ranges=False)]
    run.fetch(wanted(f"{server.url}/a"))
    assert run.file.read_bytes() == BODY
    assert len(server.asked) == 2
    assert run.downloads.progress.fetched == len(BODY)


def test_what_is_sent_from_the_start_replaces_all_that_was_left(
    server: Server, run: Run
) -> None:
    server.files["/a"] = BODY
    run.part.write_bytes(OTHER[:200_000])
    server.moods["/a"] = [Mood(ranges=False, cut=65_536)]
    run.fetch(wanted(f"{server.url}/a"))
    assert run.file.read_bytes() == BODY
    assert server.asked == [("/a", 200_000), ("/a", 65_536)]


@pytest.mark.parametrize("extent", ["bytes 70000-307199/307200", "bytes */307200", "?"])
def test_another_part_than_was_asked_for_is_not_taken(
    server: Server, run: Run, extent: str
) -> None:
    server.files["/a"] = BODY
    run.part.write_bytes(BODY[:60_000])
    server.moods["/a"] = [Mood(extent=extent)]
    run.fetch(wanted(f"{server.url}/a"))
    assert run.file.read_bytes() == BODY
    assert server.asked == [("/a", 60_000), ("/a", 0)]


def test_a_server_that_tells_no_length_is_no_trouble(server: Server, run: Run) -> None:
    server.files["/a"] = BODY
    server.moods["/a"] = [Mood(length=False, cut=100_000), Mood(length=False)]
    run.fetch(wanted(f"{server.url}/a"))
    assert run.file.read_bytes() == BODY
    assert server.asked == [("/a", 0), ("/a", 100_000)]


@pytest.mark.parametrize("left", [OTHER[:200_000], OTHER, BODY + b"more"])
def test_a_wrong_rest_is_thrown_away_once(server: Server, run: Run, left: bytes) -> None:
    server.files["/a"] = BODY
    run.part.write_bytes(left)
    run.fetch(wanted(f"{server.url}/a"))
    assert run.file.read_bytes() == BODY
    assert server.asked[-1] == ("/a", 0)


def test_wrong_bytes_of_the_right_length_get_no_name(server: Server, run: Run) -> None:
    server.files["/a"] = OTHER
    with pytest.raises(Withdrawn, match=r"a 1\.0: http://.*/a: has other bytes than the lock"):
        run.fetch(wanted(f"{server.url}/a"))
    assert server.asked == [("/a", 0)] * 2
    assert list(run.folder.rglob("a.deb*")) == []
    assert run.downloads.progress.fetched == 0


def test_a_proxys_page_in_its_place_is_passing(server: Server, run: Run) -> None:
    server.files["/a"] = BODY
    server.moods["/a"] = [Mood(body=b"<html>log in first</html>")]
    run.fetch(wanted(f"{server.url}/a"))
    assert run.file.read_bytes() == BODY


@pytest.mark.parametrize("body", [BODY + b"x", BODY[:-1]])
@pytest.mark.parametrize("length", [True, False])
def test_another_length_is_refused(
    server: Server, run: Run, body: bytes, *, length: bool
) -> None:
    server.files["/a"] = body
    server.moods["/a"] = [Mood(length=length)] * 9
    with pytest.raises(Withdrawn, match="bytes"):
        run.fetch(wanted(f"{server.url}/a"))
    assert list(run.folder.rglob("a.deb*")) == []


def test_what_upstream_withdrew_comes_from_the_next_address(server: Server, run: Run) -> None:
    server.files["/snap"] = BODY
    found = run.fetch(wanted(f"{server.url}/gone", f"{server.url}/snap"))
    assert found == f"{server.url}/snap"
    assert [path for path, _ in server.asked] == ["/gone", "/snap"]


def test_what_upstream_replaced_comes_from_the_next_address(server: Server, run: Run) -> None:
    server.files |= {"/a": OTHER, "/snap": BODY}
    assert run.fetch(wanted(f"{server.url}/a", f"{server.url}/snap")).endswith("/snap")
    assert run.file.read_bytes() == BODY


def test_what_nobody_has_is_named_with_every_address(server: Server, run: Run) -> None:
    with pytest.raises(Withdrawn) as told:
        run.fetch(wanted(f"{server.url}/a", f"{server.url}/b"))
    said = str(told.value)
    assert said == f"a 1.0: {server.url}/a: HTTP 404; {server.url}/b: HTTP 404"


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_server_in_trouble_is_asked_again(server: Server, run: Run, status: int) -> None:
    server.files["/a"] = BODY
    server.moods["/a"] = [Mood(status=status)] * (TRIES - 1)
    run.fetch(wanted(f"{server.url}/a"))
    assert len(server.asked) == TRIES


def test_a_server_that_stays_in_trouble_is_named(server: Server, run: Run) -> None:
    server.files["/a"] = BODY
    server.moods["/a"] = [Mood(cut=100_000)] + [Mood(status=503)] * TRIES
    with pytest.raises(
        BundleError, match=r"a 1\.0: http.*/a: HTTP 503 \| run the same command again"
    ):
        run.fetch(wanted(f"{server.url}/a"))
    assert run.part.stat().st_size > 0, "the next run has something to go on with"


def test_no_server_at_all_is_one_line(run: Run) -> None:
    with pytest.raises(BundleError, match=r"127\.0\.0\.1:9/a: ConnectionRefusedError") as told:
        run.fetch(wanted("http://127.0.0.1:9/a"))
    assert len(str(told.value).splitlines()) == 1


@pytest.mark.parametrize("spelt", ["{}", "file:{}", "file://{}"])
def test_a_local_archive_will_do(tmp_path: Path, run: Run, spelt: str) -> None:
    (tmp_path / "a.deb").write_bytes(BODY)
    run.part.write_bytes(BODY[:1000])
    run.fetch(wanted(spelt.format(tmp_path / "a.deb")))
    assert run.file.read_bytes() == BODY


def test_a_local_archive_can_lack_it_too(tmp_path: Path, run: Run) -> None:
    with pytest.raises(Withdrawn, match=r"/nowhere\.deb: no such file"):
        run.fetch(wanted(f"file:{tmp_path}/nowhere.deb"))


def test_an_unheard_of_kind_of_address_is_not_asked_again(run: Run) -> None:
    with pytest.raises(Withdrawn, match="gopher://x/a: is no address of HTTP"):
        run.fetch(wanted("gopher://x/a"))
