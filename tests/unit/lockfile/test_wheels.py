"""Whether dlbox would install the wheels that a lock says."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dlbox.host import layout
from dlbox.lockfile import compatibility as lock_wheels
from dlbox.lockfile.compatibility import PINNED, other_wheels
from dlbox.stack.model import Stack
from roles import ROLES
from tests.support.builders import some_settings
from tests.support.locks import a_bare_lock, a_bare_plan, a_wheel

TEXT = f"""\
anyio==4.16.0 \\
    --hash=sha256:{"a" * 64} \\
    --hash=sha256:{"b" * 64}
appnope==1.0.0 ; sys_platform == 'darwin' \\
    --hash=sha256:{"c" * 64}
"""


def wheel(name: str, version: str, letter: str) -> dict[str, Any]:
    return a_wheel(name, version, sha256=letter * 64)


def other(monkeypatch: pytest.MonkeyPatch, *wheels: dict[str, Any]) -> str | None:
    monkeypatch.setattr(lock_wheels, "lock_text", lambda _: TEXT)
    made = a_bare_lock(*wheels)
    stack = Stack.model_validate_json(json.dumps({**made.stack, "warnings": []}))
    return other_wheels(made, ROLES.wheel_locks(some_settings(), stack))


def test_the_wheels_of_a_lock_are_those_of_dlbox(monkeypatch: pytest.MonkeyPatch) -> None:
    for letter in "ab":
        assert other(monkeypatch, wheel("anyio", "4.16.0", letter)) is None
    assert other(monkeypatch) is None, "what a box goes back to has its folders"


def test_a_wheel_of_another_release_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    said = other(monkeypatch, wheel("anyio", "4.15.0", "d"))
    assert said == "the lock has anyio 4.15.0, which this dlbox no longer installs"


def test_a_wheel_that_has_come_since_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    said = other(monkeypatch, wheel("appnope", "1.0.0", "c"))
    assert said == "this dlbox installs anyio 4.16.0, which the lock does not have"


def test_wheels_of_a_framework_that_dlbox_has_given_up_are_named() -> None:
    made = a_bare_lock(wheel("anyio", "4.16.0", "a"))
    stack = a_bare_plan().stack.model_copy(update={"frameworks": {"torch": GivenUp()}})
    said = other_wheels(made, ROLES.wheel_locks(some_settings(), stack))
    assert said is not None
    assert said.startswith("this dlbox has no ")
    assert said.endswith("given-up.txt")


class GivenUp:
    """A row of the catalogue whose wheels are gone."""

    lock, index = "given-up", None


@pytest.mark.parametrize("name", sorted(path.stem for path in layout.LOCKS.glob("*.txt")))
def test_every_lock_pins_what_all_boxes_get(name: str) -> None:
    assert PINNED.findall(layout.lock_text(name))
