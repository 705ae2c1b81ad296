"""What a box is given, and whether there is anything to do on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest
from pyinfra.api import Config, Host, Inventory, State
from pyinfra.api.exceptions import DeployError

from dlbox.apply.preflight import is_up_to_date, settings_and_lock, validate_inventory
from dlbox.host.layout import UV_TREE, store_path
from dlbox.lockfile.file import dump_lock
from dlbox.lockfile.source import UNLOCKED, LockSource
from dlbox.stack.model import Refused
from dlbox.state.record import Difference, Record
from roles import ROLES
from tests.support.builders import a_box, some_settings
from tests.support.locks import a_bare_plan, a_lock, a_way_back


def test_the_way_back_is_gone_whatever_the_inputs_say() -> None:
    same = a_bare_plan()
    box = a_box(recorded=Record(digest=same.digest))
    assert is_up_to_date(replace(same, box=box))
    assert not is_up_to_date(
        replace(same, box=a_box(recorded=Record(same.digest, interrupted=True)))
    )
    assert not is_up_to_date(
        replace(same, box=box, source=a_way_back(store_path(UV_TREE, "uv")))
    )


def test_a_box_that_was_given_just_this_is_left_alone() -> None:
    plan = a_bare_plan()

    def unchanged(**record: Any) -> bool:
        was = Record(**{"digest": plan.digest, **record})
        return is_up_to_date(replace(plan, box=a_box(recorded=was)))

    assert unchanged()
    assert not unchanged(digest="")
    assert not unchanged(digest=plan.digest[::-1])
    assert not unchanged(pending=("reboot",))
    assert not unchanged(differences=(Difference("file", "/etc/a", "644", "600"),))
    assert not is_up_to_date(plan), "it has no record"


def a_host(lines: Sequence[str] = (), **data: Any) -> Host:
    """Return a box with this data, which answers every question with these lines."""
    box = SimpleNamespace(
        data=SimpleNamespace(dict=lambda: data), get_fact=lambda _, **__: list(lines)
    )
    return cast("Host", box)


def test_todays_settings_go_with_the_lock_that_they_name() -> None:
    settings, source = settings_and_lock(a_host(jupyter_port=9000), ROLES)
    assert (settings, source) == (some_settings(jupyter_port=9000), UNLOCKED)
    lines = dump_lock(a_lock()).splitlines()
    _, source = settings_and_lock(a_host(lines, box_bundle="/media/usb"), ROLES)
    assert source == LockSource(a_lock())


def test_a_generation_wins_over_todays_lock() -> None:
    with pytest.raises(Refused, match="nothing before what it has now"):
        settings_and_lock(a_host(_generation="previous", box_lock="/no/such.yaml"), ROLES)
    with pytest.raises(Refused, match="has kept no generation 7"):
        settings_and_lock(a_host(_generation=7), ROLES)


def test_faults_of_any_box_stop_the_whole_run() -> None:
    inventory = Inventory(([("a", {"jupyter_port": 80}), ("b", {}), ("c", {"nope": 1})], {}))
    state = State(inventory, Config())
    with pytest.raises(DeployError) as error:
        validate_inventory(state, ROLES)
    faults = [line for line in str(error.value).splitlines() if not line.startswith("  -> ")]
    assert [line.partition(":")[0] for line in faults] == ["a", "c"]
    assert " | " not in str(error.value)
    only_b = State(inventory, Config(), initial_limit=[inventory.get_host("b")])
    validate_inventory(only_b, ROLES)
