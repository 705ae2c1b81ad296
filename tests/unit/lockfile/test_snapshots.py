"""Where a snapshot archive has what upstream has withdrawn."""

from __future__ import annotations

from dlbox.lockfile.model import in_snapshots

DAY = "2026-11-25"


def test_a_snapshot_archive_is_asked_as_debians_and_as_ubuntus() -> None:
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
