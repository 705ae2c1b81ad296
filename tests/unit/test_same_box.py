"""What counts as the same: the inputs of a box, its wheels, and what a box goes back to."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from dlbox.apply.run import is_up_to_date
from dlbox.host import layout
from dlbox.host.identity import Identity
from dlbox.host.layout import UV_TREE, store_path
from dlbox.lockfile.file import seal_lock
from dlbox.lockfile.model import Lock
from dlbox.lockfile.source import LockSource
from dlbox.lockfile.wheels import PINNED, other_wheels
from dlbox.plan.plan import Plan, make_plan
from dlbox.settings.scope import locked_settings
from dlbox.stack.model import Stack
from dlbox.state.generations import GenerationContents, parse_contents
from dlbox.state.record import Record
from roles.jupyter.settings import Jupyter

BOX = Identity(
    system="debian-13",
    arch="x86_64",
    uid=0,
    systemd=True,
    clock=1_795_000_000,
    free_gb=100.0,
    sudo="none",
    foreign=(),
    pci_gpus=(),
)
KNOBS: dict[str, Any] = {"box_gpus": [], "frameworks_names": []}
TEXT = f"""\
anyio==4.16.0 \\
    --hash=sha256:{"a" * 64} \\
    --hash=sha256:{"b" * 64}
appnope==1.0.0 ; sys_platform == 'darwin' \\
    --hash=sha256:{"c" * 64}
"""


def planned(given: LockSource | None = None, **knobs: Any) -> Plan:
    return make_plan(BOX, {**KNOBS, **knobs}, date(2026, 11, 25), given or LockSource())


def lock(*wheels: dict[str, Any]) -> Lock:
    stack = planned().stack.model_dump(mode="json", exclude={"warnings"})
    return seal_lock(
        {
            "tool": "0.1.0",
            "catalog": "",
            "day": "2026-11-25",
            "system": "debian-13",
            "cards": [],
            "knobs": locked_settings(KNOBS),
            "stack": stack,
            "kernels": [],
            "compiler": "",
            "modules": {},
            "repositories": [],
            "packages": [],
            "wheels": list(wheels),
        }
    )


def wheel(name: str, version: str, letter: str) -> dict[str, Any]:
    file = f"{name}-{version}-py3-none-any.whl"
    return {
        "name": name,
        "version": version,
        "file": file,
        "size": 1,
        "sha256": letter * 64,
    }


def other(monkeypatch: pytest.MonkeyPatch, *wheels: dict[str, Any]) -> str | None:
    monkeypatch.setattr(wheels, "lock_text", lambda _: TEXT)
    made = lock(*wheels)
    stack = Stack.model_validate_json(json.dumps({**made.stack, "warnings": []}))
    return other_wheels(made, stack, Jupyter())


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
    made = lock(wheel("anyio", "4.16.0", "a"))
    stack = planned().stack.model_copy(update={"frameworks": {"torch": GivenUp()}})
    said = other_wheels(made, stack, Jupyter())
    assert said is not None
    assert said.startswith("this dlbox has no ")
    assert said.endswith("given-up.txt")


class GivenUp:
    """A row of the catalogue whose wheels are gone."""

    lock, index = "given-up", None


@pytest.mark.parametrize("name", sorted(path.stem for path in layout.LOCKS.glob("*.txt")))
def test_every_lock_pins_what_all_boxes_get(name: str) -> None:
    assert PINNED.findall(layout.lock_text(name))


def test_where_the_lock_lies_is_no_input_and_what_it_says_is() -> None:
    one, two = lock(wheel("a", "1", "a")), lock(wheel("a", "1", "b"))
    given = [LockSource(each.model_copy(update={"wheels": ()})) for each in (one, two)]
    assert planned(given[0]).digest == planned(given[0], box_lock="elsewhere.yaml").digest
    assert planned(given[0]).digest != planned(given[1]).digest
    assert planned(given[0]).digest != planned().digest


def back(generation: int, folder: str, digest: str = "") -> LockSource:
    """Return what a box is given that goes back; its lock has the digest of then."""
    made = lock().model_copy(update={"digest": digest})
    return LockSource(made, {UV_TREE: folder}, generation)


def test_a_box_that_went_back_is_what_the_inputs_of_then_make() -> None:
    today = store_path(UV_TREE, "uv")
    assert planned(back(1, today)).digest == planned().digest
    made = lock()
    assert planned(back(1, today, made.digest)).digest == planned(LockSource(made)).digest


def test_but_not_where_its_wheels_are_of_another_day() -> None:
    assert planned(back(1, "/opt/dlbox/trees/uv-old")).digest != planned().digest


def test_the_way_back_is_gone_whatever_the_inputs_say() -> None:
    same = planned()
    box = replace(BOX, recorded=Record(digest=same.digest))
    assert is_up_to_date(replace(same, box=box))
    assert not is_up_to_date(
        replace(same, box=replace(BOX, recorded=Record(same.digest, cut=True)))
    )
    assert not is_up_to_date(replace(same, box=box, given=back(1, store_path(UV_TREE, "uv"))))


KEPT = """\
== number
3
== head
digest d
lock 0123
pending reboot
== applied.yaml
knobs: {}
stack:
  system: debian-13
== packages
tmux 3.5a-3 amd64 - - -
== seen
file\t/etc/x\t644 0 0 aa
tree\t/opt/dlbox/uv\t/opt/dlbox/trees/uv-0123 17 bb
"""


def test_a_generation_is_read_from_its_parts() -> None:
    assert parse_contents(KEPT.splitlines()) == GenerationContents(
        number=3,
        lock="0123",
        applied="knobs: {}\nstack:\n  system: debian-13",
        packages=("tmux 3.5a-3 amd64 - - -",),
        trees={"/opt/dlbox/uv": "/opt/dlbox/trees/uv-0123"},
    )
    without = parse_contents(KEPT.replace("lock 0123\n", "").splitlines())
    assert without is not None
    assert without.lock == ""
    assert parse_contents([]) is None
