"""Where the lock of a box comes from: a file, the box's bundle, or nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from dlbox.lockfile.file import dump_lock
from dlbox.lockfile.source import UNLOCKED, LockSource, bundled_lock_command, resolve_lock
from dlbox.stack.model import Refused
from tests.support.box_shell import shell
from tests.support.builders import some_settings
from tests.support.locks import a_lock


def never(bundle: str) -> list[str]:
    pytest.fail(f"{bundle} was read")


def test_without_a_lock_a_box_gets_what_fits_best_today() -> None:
    assert resolve_lock(some_settings().host, never) is UNLOCKED


def test_the_lock_of_a_file_wins_over_the_one_of_a_bundle(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(dump_lock(a_lock()))
    settings = some_settings(box_lock=str(file), box_bundle="/media/usb")
    assert resolve_lock(settings.host, never) == LockSource(a_lock())


def test_a_bundle_brings_its_own_lock() -> None:
    asked = []

    def read(bundle: str) -> list[str]:
        asked.append(bundle)
        return dump_lock(a_lock()).splitlines()

    settings = some_settings(box_bundle="http://m/bundle/")
    assert resolve_lock(settings.host, read) == LockSource(a_lock())
    assert asked == ["http://m/bundle"]


def test_a_bundle_that_the_box_cannot_read_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        resolve_lock(some_settings(box_bundle="/media/usb").host, lambda _: [])
    assert str(refusal.value) == (
        "/media/usb/lock.yaml cannot be read from the box | look at box_bundle"
    )


def test_an_edited_lock_of_a_bundle_is_refused_by_its_place() -> None:
    text = dump_lock(a_lock()).replace("3.5", "3.6")
    with pytest.raises(
        Refused, match=r"^/media/usb/lock\.yaml was edited after it was written"
    ):
        resolve_lock(some_settings(box_bundle="/media/usb").host, lambda _: text.splitlines())


def test_a_folder_of_the_box_is_read_as_it_is(tmp_path: Path) -> None:
    bundle = tmp_path / "it's a bundle"
    assert shell(bundled_lock_command(str(bundle))) == []
    bundle.mkdir()
    (bundle / "lock.yaml").write_text("one\ntwo\n")
    assert shell(bundled_lock_command(str(bundle))) == ["one", "two"]
