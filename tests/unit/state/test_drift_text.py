"""How a difference is told in a person's words."""

from __future__ import annotations

import pytest

from dlbox.state.drift import format_declared_change, format_difference
from dlbox.state.record import Difference

OLD, NEW = "a" * 64, "b" * 64


@pytest.mark.parametrize(
    ("kind", "was", "now", "words"),
    [
        ("file", f"644 0 0 {OLD}", f"644 0 0 {NEW}", "content changed"),
        ("file", f"644 0 0 {OLD}", f"600 0 0 {OLD}", "mode 644 -> 600"),
        ("file", f"644 0 0 {OLD}", f"644 1000 0 {OLD}", "user 0 -> 1000"),
        ("file", f"644 0 0 {OLD}", f"644 0 4 {NEW}", "group 0 -> 4, content changed"),
        ("file", f"644 0 0 {OLD}", "absent", "removed"),
        ("file", "absent", f"644 0 0 {OLD}", "was missing, is there"),
        ("file", f"644 0 0 {OLD}", "link /tmp/x", "replaced by a link to /tmp/x"),
        ("file", f"644 0 0 {OLD}", "other", "replaced by something else"),
        ("file", "link /tmp/x", f"644 0 0 {OLD}", "was a link to /tmp/x"),
        ("file", f"644 0 0 {OLD}", "unseen", "could not be seen"),
        ("folder", "755 0 0", "777 0 0", "mode 755 -> 777"),
        ("folder", "755 0 0", "link /tmp", "replaced by a link to /tmp"),
        ("link", "/dev/null", "/mnt/x", "/dev/null -> /mnt/x"),
        ("link", "/dev/null", "absent", "removed"),
        ("link", "/dev/null", "other", "/dev/null -> other"),
        ("tree", f"/t/a 5 {OLD}", f"/t/b 5 {OLD}", "/t/a -> /t/b"),
        ("tree", f"/t/a 5 {OLD}", "other", "/t/a -> no folder"),
        ("tree", f"/t/a 5 {OLD}", f"/t/a 6 {NEW}", "its files differ"),
        ("tree", f"/t/a 5 {OLD}", "absent", "removed"),
        ("package", "550.1-2 hi", "551.2-1 hi", "550.1-2 -> 551.2-1"),
        ("package", "550.1-2 hi", "550.1-2 ii", "hold removed"),
        ("package", "550.1-2 ii", "550.1-2 hi", "put on hold"),
        ("package", "550.1-2 hi", "551.2-1 ii", "550.1-2 -> 551.2-1, hold removed"),
        ("package", "550.1-2 hi", "550.1-2 rc", "removed"),
        ("package", "550.1-2 hi", "absent", "removed"),
        ("package", "550.1-2 hi", "550.1-2 iU", "left half done (iU)"),
        ("package", "550.1-2 ii", "550.1-2 ri", "ii -> ri"),
        ("unit", "enabled active", "enabled failed", "active -> failed"),
        ("unit", "enabled active", "disabled active", "enabled -> disabled"),
        ("unit", "enabled active", "- inactive", "enabled -> -, active -> inactive"),
        ("user", "1000 /bin/sh /h a L", "1000 /bin/sh /h a,b L", "groups a -> a,b"),
        ("user", "1000 /bin/sh /h a L", "1001 /bin/sh /h a L", "number 1000 -> 1001"),
        ("user", "1000 /bin/sh /h a L", "1000 /bin/sh /h a P", "password locked -> set"),
        ("kernel", "550.1", "none", "550.1 -> none"),
    ],
)
def test_a_difference_is_told_in_a_persons_words(
    kind: str, was: str, now: str, words: str
) -> None:
    assert format_difference(Difference(kind, "name", was, now)) == words


@pytest.mark.parametrize(
    ("count", "paths", "words"),
    [
        (1, ("a",), "1 file differs: a"),
        (3, ("a", "b", "c"), "3 files differ: a, b, c"),
        (9, ("a", "b", "c"), "9 files differ: a, b, c, ..."),
    ],
)
def test_three_files_of_a_folder_are_named(
    count: int, paths: tuple[str, ...], words: str
) -> None:
    one = Difference("tree", "/opt/v", f"/t 5 {OLD}", f"/t 5 {NEW}", count, paths)
    assert format_difference(one) == words


@pytest.mark.parametrize(
    ("kind", "was", "now", "words"),
    [
        ("file", None, f"644 {NEW}", "now requested"),
        ("file", f"644 {OLD}", None, "no longer requested"),
        ("file", f"644 {OLD}", f"644 {NEW}", "other content"),
        ("file", f"644 {OLD}", f"755 {NEW}", "mode 644 -> 755, other content"),
        ("file", "600 jupyter", "600 bob", "600 jupyter -> 600 bob"),
        ("tree", OLD, NEW, "other wheels, lock aaaaaaaaaaaa -> bbbbbbbbbbbb"),
        ("package", "550.", "", "550. -> any"),
        ("link", "/a", "/b", "/a -> /b"),
    ],
)
def test_another_declaration_is_told_in_a_persons_words(
    kind: str, was: str | None, now: str | None, words: str
) -> None:
    assert format_declared_change(kind, was, now) == words
