"""Nothing is written outside a bundle's folder, and no file of the controller gets into it."""

from __future__ import annotations

from pathlib import Path

import pytest

from dlbox.bundle.errors import BundleError
from dlbox.bundle.files import BundleFile, debs, inside, missing
from dlbox.bundle.writer import write_if_changed
from dlbox.lockfile.file import seal_lock
from tests.support.locks import a_lock, a_package


@pytest.mark.parametrize("place", ["../x", "apt/../../x", "/etc/passwd", "out/x", "link"])
def test_a_place_that_leads_out_is_refused(tmp_path: Path, place: str) -> None:
    folder = tmp_path / "bundle"
    folder.mkdir()
    (folder / "out").symlink_to(tmp_path)
    (folder / "link").symlink_to(tmp_path / "secret")
    with pytest.raises(BundleError, match="leads out of"):
        inside(folder, place)
    file = BundleFile("x", place, 1, "0")
    with pytest.raises(BundleError, match="leads out of"):
        file.part(folder)
    with pytest.raises(BundleError, match="leads out of"):
        missing([file], folder, 1)


def test_a_link_in_place_of_unfinished_bytes_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "bundle"
    (folder / "apt").mkdir(parents=True)
    (folder / "apt/x.deb.part").symlink_to(tmp_path / "authorized_keys")
    with pytest.raises(BundleError, match="leads out of"):
        BundleFile("x", "apt/x.deb", 1, "0").part(folder)
    (folder / "lock.yaml.new").symlink_to(tmp_path / "authorized_keys")
    assert write_if_changed(folder / "lock.yaml", b"x")
    assert not (tmp_path / "authorized_keys").exists()


def test_a_folder_that_is_a_link_itself_is_the_persons_choice(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "bundle").symlink_to(tmp_path / "disk")
    assert inside(tmp_path / "bundle", "apt/x.deb") == tmp_path / "bundle/apt/x.deb"


@pytest.mark.parametrize(
    "uri", ["file:///{}/key", "file:{}/key", "{}/key", "file://{}/a/../../key"]
)
def test_a_file_of_the_controller_is_not_fetched(tmp_path: Path, uri: str) -> None:
    (tmp_path / "snapshot").mkdir()
    package = a_package("tree", "2.1", uri=uri.format(tmp_path))
    lock = seal_lock(
        {**a_lock().model_dump(exclude={"format", "digest"}), "packages": [package]}
    )
    for snapshot in (None, "https://snapshot.example", str(tmp_path / "snapshot")):
        with pytest.raises(BundleError, match="is a file of this machine"):
            debs(lock, snapshot)
    # Its folder was named.
    assert debs(lock, f"file://{tmp_path.parent}")[0].addresses[0] == package["uri"]
