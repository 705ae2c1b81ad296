"""What a box had before, as the settings and the lock that it is given again."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest
import yaml
from pyinfra.api import Host

from dlbox.apply.record import applied_yaml
from dlbox.lockfile.compatibility import locked_stack
from dlbox.lockfile.model import LockedPackage
from dlbox.lockfile.source import restore_generation
from dlbox.stack.model import Refused
from dlbox.state.generations import KeptGeneration
from roles import ROLES
from tests.support.builders import a_box, some_settings
from tests.support.locks import a_bare_plan, stack_content

FOLDER = "/opt/dlbox/trees/uv-0123"
SUM = "ab" * 32
THEN: dict[str, Any] = {"jupyter_port": 9000, "frameworks_names": []}
TODAY: dict[str, Any] = {
    "jupyter_port": 9999,
    "base_packages": ["htop"],
    "nvidia_driver_reboot": "now",
    "ssh_user": "ada",
    "_generation": "3",
}


@dataclass
class Box:
    """A box with one generation, as far as it is asked."""

    kept: list[str]
    settings: dict[str, Any] = field(default_factory=lambda: dict(TODAY))

    @property
    def data(self) -> Any:
        """Return host data, as pyinfra has it."""
        return SimpleNamespace(dict=lambda: dict(self.settings))

    def get_fact(self, fact: type, generation: str) -> list[str]:
        """Return the parts of the generation."""
        assert fact is KeptGeneration
        return self.kept if generation in ("3", "previous") else []


def box() -> Box:
    """Return a box whose generation 3 had other settings, one kept package and one lost."""
    text = f"""\
== number
3
== head
digest d
lock 0123
== applied.yaml
{applied_yaml(a_bare_plan(**THEN))}\
== packages
tmux 3.5a-3 amd64 1000 {SUM} tmux_3.5a-3_amd64.deb
jq 1.7.1-6 amd64 - - -
== seen
tree\t/opt/dlbox/uv\t{FOLDER} 17 bb
"""
    return Box(text.splitlines())


def test_settings_of_then_go_with_the_conduct_of_today() -> None:
    here = box()
    settings, _ = restore_generation(cast("Host", here), "3", ROLES.schema)
    then = a_bare_plan(**THEN).settings
    assert settings.persistent() == then.persistent()
    conduct = some_settings(**THEN, box_gpus=[], nvidia_driver_reboot="now")
    assert settings == conduct
    assert here.settings == TODAY, "nothing is written to the host's data"


def test_a_box_gets_the_packages_and_folders_of_then_and_its_lock_the_digest_of_then() -> None:
    _, source = restore_generation(cast("Host", box()), "previous", ROLES.schema)
    assert source.generation == 3
    assert source.folders == {"/opt/dlbox/uv": FOLDER}
    assert source.lock is not None
    assert source.lock.digest == "0123"
    assert source.lock.packages == (
        LockedPackage(
            name="tmux",
            version="3.5a-3",
            architecture="amd64",
            size=1000,
            sha256=SUM,
            uri="",
        ),
        LockedPackage(
            name="jq", version="1.7.1-6", architecture="amd64", size=0, sha256="-", uri=""
        ),
    )
    assert source.lock.wheels == ()


def test_the_lock_of_then_is_of_the_box_and_gives_it_the_stack_of_then() -> None:
    settings, source = restore_generation(cast("Host", box()), "3", ROLES.schema)
    assert source.lock is not None
    stack = locked_stack(a_box(), settings, source.lock, ROLES.wheel_locks)
    assert stack_content(stack) == stack_content(a_bare_plan(**THEN).stack)


def test_applied_settings_are_what_lasts() -> None:
    applied = yaml.safe_load(applied_yaml(a_bare_plan(**THEN, nvidia_driver_reboot="now")))
    assert applied["knobs"] == {"box_gpus": [], "frameworks_names": [], "jupyter_port": 9000}
    assert "warnings" not in applied["stack"]


@pytest.mark.parametrize(
    ("which", "kept", "says"),
    [
        ("7", ["== number"], "no generation 7"),
        ("previous", [], "nothing before what it has now"),
    ],
)
def test_what_is_not_there_is_refused(which: str, kept: list[str], says: str) -> None:
    with pytest.raises(Refused) as refusal:
        restore_generation(cast("Host", Box(kept)), which, ROLES.schema)
    assert str(refusal.value) == f"the box has kept {says} | ./dlbox rollback --list"
