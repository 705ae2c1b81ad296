"""Downloads: resumed, verified, told, and from the next address where the first has it no more."""

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event

import pytest
import requests
from typing_extensions import override

from dlbox.bundle.download import TRIES, Downloads, Withdrawn
from dlbox.bundle.errors import BundleError
from dlbox.bundle.files import BundleFile, missing
from dlbox.bundle.pool import fetch
from dlbox.bundle.progress import Progress
from dlbox.bundle.stream import local
from dlbox.lockfile.snapshots import in_snapshots
from tests.support.archive.flaky_server import Mood, Server, moody

DAY = "2026-11-25"
BODY = bytes(range(256)) * 1200  # 307200 bytes: some chunks
OTHER = BODY[::-1]


@pytest.fixture
def server() -> Iterator[Server]:
    with moody() as told:
        yield told


@pytest.fixture(autouse=True)
def _direct(monkeypatch: pytest.MonkeyPatch) -> None:
    # Loopback is no business of a proxy that this machine may have.
    monkeypatch.setenv("no_proxy", "127.0.0.1")


# --- Where a package is to be had.


def test_an_archive_of_archives_is_asked_as_debians_and_as_ubuntus() -> None:
    uri = "http://mirror.example/debian/pool/main/d/dkms/dkms_3.0.10-8_all.deb"
    below = "pool/main/d/dkms/dkms_3.0.10-8_all.deb"
    assert in_snapshots(uri, ["http://mirror.example/debian"], DAY, "http://snap.example/") == (
        f"http://snap.example/archive/debian/20261125T000000Z/{below}",
        f"http://snap.example/archive/debian/20261126T000000Z/{below}",
        f"http://snap.example/debian/20261125T000000Z/{below}",
        f"http://snap.example/debian/20261126T000000Z/{below}",
    )


def test_the_year_ends_in_snapshots_too() -> None:
    found = in_snapshots("http://m/ubuntu/p.deb", ["http://m/ubuntu/"], "2026-12-31", "/srv")
    assert found[1] == "/srv/archive/ubuntu/20270101T000000Z/p.deb"


def test_the_deeper_repository_is_the_packages_own() -> None:
    roots = ["http://m", "http://m/pub/debian-security", "http://m/pub"]
    found = in_snapshots("http://m/pub/debian-security/pool/x.deb", roots, DAY, "http://s")
    assert found[0] == "http://s/archive/debian-security/20261125T000000Z/pool/x.deb"


def test_a_package_of_no_locked_repository_is_in_no_snapshot() -> None:
    assert in_snapshots("http://m/debian-old/x.deb", ["http://m/debian"], DAY, "/s") == ()


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("/srv/a%3a1.deb", "/srv/a%3a1.deb"),
        ("file:/srv/a%253a1.deb", "/srv/a%3a1.deb"),
        ("file:///srv/a.deb", "/srv/a.deb"),
        ("http://m/a.deb", None),
        ("https://m/a.deb", None),
    ],
)
def test_what_lies_on_this_machine_is_told_by_its_address(
    address: str, path: str | None
) -> None:
    assert local(address) == (Path(path) if path else None)


# --- One download.


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def wanted(*addresses: str, body: bytes = BODY, place: str = "apt/a.deb") -> BundleFile:
    return BundleFile("a 1.0", place, len(body), sha(body), addresses)


@dataclass
class Run:
    """Downloads into a folder of their own."""

    folder: Path
    downloads: Downloads
    said: io.StringIO

    def fetch(self, one: BundleFile) -> str:
        """Fetch one file."""
        with requests.Session() as session:
            return self.downloads.fetch(one, session)

    @property
    def part(self) -> Path:
        """Return what has come of it."""
        return self.folder / "apt/a.deb.part"

    @property
    def file(self) -> Path:
        """Return it under its own name."""
        return self.folder / "apt/a.deb"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    folder, said = tmp_path / "bundle", io.StringIO()
    (folder / "apt").mkdir(parents=True)
    (folder / "wheels").mkdir()
    progress = Progress(len(BODY), 1, said)
    return Run(folder, Downloads(folder, progress, Event(), pause=no_pause), said)


def no_pause(tries: int) -> float:
    assert tries, "there is nothing to wait for after a try that brought something"
    return 0


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
    with pytest.raises(BundleError, match=r"a 1\.0: http.*/a: HTTP 503 \| run the same again"):
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


# --- Many downloads.


def several(server: Server, count: int) -> list[BundleFile]:
    found = []
    for at in range(count):
        body = bytes([at]) * (10_000 + at)
        server.files[f"/{at}"] = body
        found.append(wanted(f"{server.url}/{at}", body=body, place=f"apt/{at}.deb"))
    return found


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


def test_a_file_that_was_spoilt_is_missing(run: Run) -> None:
    one = wanted()
    for data in (OTHER, BODY[:-1], b""):
        run.file.write_bytes(data)
        assert missing([one], run.folder, 2) == [one]
    run.file.write_bytes(BODY)
    assert missing([one], run.folder, 2) == []


# --- How far it is.


class Terminal(io.StringIO):
    """Somebody looks."""

    @override
    def isatty(self) -> bool:
        return True


def test_without_a_terminal_there_is_a_line_every_ten_seconds() -> None:
    now, said = [0.0], io.StringIO()
    progress = Progress(2_000_000_000, 3, said, begun=500_000_000, clock=lambda: now[0])
    for second in range(26):
        now[0] = float(second)
        if second:
            progress.add(20_000_000)
        progress.show()
    progress.finished()
    assert said.getvalue().splitlines() == [
        "   35 %  700.0 MB of 2.00 GB  20.0 MB/s  0 of 3 files  1:05 left",
        "   45 %  900.0 MB of 2.00 GB  20.0 MB/s  0 of 3 files  0:55 left",
    ]
    assert progress.fetched == 500_000_000


def test_on_a_terminal_one_line_changes() -> None:
    said = Terminal()
    progress = Progress(1000, 1, said, clock=lambda: 1.0)
    progress.show()
    progress.add(1000)
    progress.finished()
    progress.close()
    assert said.getvalue().count("\r") == 2
    assert said.getvalue().count("\n") == 1
    assert "100 %" in said.getvalue()
    assert "1 of 1 files" in said.getvalue()
