"""What differs on a box is what dlbox says it owns; and what is no longer requested goes, all of it.

In the way of piuparts: the tree of a box before and after is compared, and not what dlbox tells.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from dlbox.sandbox.container import Container, start
from dlbox.sandbox.engine import engine
from dlbox.sandbox.image import image
from dlbox.sandbox.mounts import HOST_CA, download_cache
from roles.gpu_policy.manifest import AT_BOOT
from roles.jupyter.manifest import SETTINGS
from tests.container.breakages import STUB
from tests.rebuild.drift_cases import SERVES
from tests.rebuild.path_owners import DERIVED, LINKS, PLACES, Change, matching
from tests.rebuild.snapshots import Item, Phase, applied, read
from tests.rebuild.tree import differing

RELEASE = "debian-13"
BASE: dict[str, Any] = {"box_gpus": [], "frameworks_names": [], "jupyter_install": False}
DRIVER = {
    "box_gpus": ["10de:1b06"],
    "cuda_versions": [],
    "frameworks_names": [],
    "gpu_policy_cards": {"all": {"power_limit_w": 200}},
    "base_packages": ["jq", "less", "python3-apt", "unattended-upgrades"],
}
TOOLKIT = {
    **BASE,
    "cuda_versions": ["13.5"],
    "cudnn_version": "*",
    "nccl_version": "*",
    "base_packages": ["unattended-upgrades"],
}
HOME = ("/home/jupyter/.ipython", "/home/jupyter/.jupyter", "/home/jupyter/.local")
FORGOTTEN = {"/etc/dlbox/forgotten", "/usr/local/bin/forgotten"}
KEPT = f"{SETTINGS}.dlbox-kept"
THEIRS = STUB.format(name="theirs", version="1", source="theirs")
NEEDS_JQ = f"""{THEIRS}
echo 'Depends: jq' >>/tmp/stub/DEBIAN/control
dpkg-deb -b /tmp/stub /tmp/theirs.deb
dpkg -i /tmp/theirs.deb"""
STEPS = (
    ("apt-get -q update; apt-get -q -y install less tmux", BASE),
    (f"touch {' '.join(FORGOTTEN)}", DRIVER),
    (f"rm {' '.join(FORGOTTEN)}; echo '# mine' >>{SETTINGS}; {NEEDS_JQ}", TOOLKIT),
    (f"rm {KEPT}; apt-get -q -y purge theirs; apt-get -q -y autoremove --purge", BASE),
)
"""What is done by hand, and the settings of the ``up`` that follows."""
REMAINS = {
    r"/etc/(passwd|group|shadow|gshadow|subuid|subgid)-?": "accounts: JupyterLab's, and one that nvidia-persistenced leaves",
    r"/home/jupyter(/.+)?": "its home, which is a person's",
    r"/opt/dlbox/trees/.+": "kept for rollback, up to box_rollback_gb",
    r"/var/cache/debconf/[^/]+-old": "debconf's copies of what was before",
    r"/var/cache/ldconfig/aux-cache": "ldconfig's notes, by inode",
    r"/var/lib/apt/lists/.+": "apt's lists, until they are next read",
    r"/var/lib/dlbox/.+": "the record, and the generations that one can go back to",
    r"/var/lib/dpkg/.+-old": "dpkg's copies of what was before",
    r"/var/lib/ucf/.+": "ucf's copies of what was before",
    r"/var/log/.+": "logs",
}
"""What may differ from a box that was never asked for more: regular expression -> why."""


@pytest.fixture(scope="module")
def phases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Phase]]:
    """Return a box at five times: bare, and after each ``up``."""
    os.environ.update(engine().environment())
    box = start(
        "dlbox-test-owned", image(RELEASE), disposable=True, mounts=download_cache(RELEASE)
    )
    try:
        yield history(box, tmp_path_factory.mktemp("owned"))
    finally:
        box.remove()


def history(box: Container, folder: Path) -> list[Phase]:
    """Carry out all steps, and read the box after each."""
    found: list[Phase] = []
    for by_hand, knobs in STEPS:
        box.run("sh", "-ec", by_hand)
        found = found or [read(box)]
        said = applied(box, folder, knobs)
        if knobs.get("jupyter_install", True):
            box.run("sh", "-c", SERVES)
        found.append(read(box, said, found[-1].packages))
    return found


@pytest.mark.parametrize(
    ("step", "ours"), [(1, set()), (2, FORGOTTEN), (3, {*FORGOTTEN, KEPT})]
)
def test_every_path_that_differs_is_owned_or_made_by_a_package(
    phases: list[Phase], step: int, ours: set[str]
) -> None:
    change = Change(phases[step - 1], phases[step])
    assert len(change.paths) > 1000
    assert change.unexplained() == ours


@pytest.mark.parametrize("step", [1, 2, 3])
def test_no_file_is_dlboxs_and_a_packages(phases: list[Phase], step: int) -> None:
    change = Change(phases[step - 1], phases[step])
    folders = {
        path
        for path in change.paths
        if _is_folder(phases[step - 1], path) or _is_folder(phases[step], path)
    }
    assert [path for path in change.paths - folders if len(change.owners(path)) > 1] == []


def test_each_reason_is_needed(phases: list[Phase]) -> None:
    changes = [Change(*phases[step - 1 : step + 1]) for step in (1, 2, 3)]
    given = {reason for one in changes for path in one.paths for reason in one.reasons(path)}
    # Not every machine names certificates that a box must trust.
    idle = set() if HOST_CA else {one for one in (*DERIVED, *LINKS) if "/ssl/" in one}
    assert {*DERIVED, *LINKS} - given == idle


def test_a_file_in_any_folder_would_be_named(phases: list[Phase]) -> None:
    change = Change(phases[1], phases[2])
    made = ("/etc/", "/usr/local/", "/opt/", "/home/", "/root/", "/srv/", "/usr/bin/", "/boot/")
    trees = (*PLACES, *phases[2].real, *HOME)
    folders = [
        path
        for path in phases[2].tree
        if _is_folder(phases[2], path)
        and f"{path}/".startswith(made)
        and not f"{path}/".startswith(tuple(f"{tree}/" for tree in trees))
    ]
    assert len(folders) > 100
    assert [path for path in folders if change.reasons(f"{path}/forgotten")] == []


def test_what_is_declared_has_no_other_reason(phases: list[Phase]) -> None:
    """An item that a role forgets to declare is named, whichever it is."""
    unnoticed: set[Item] = set()
    for before, after in pairwise(phases[:4]):
        paths = Change(before, after).paths
        for item in before.declared | after.declared:
            if item[1] in paths and item[0] in ("file", "link", "tree"):
                change = Change(
                    *(replace(one, declared=one.declared - {item}) for one in (before, after))
                )
                unnoticed |= set() if change.reasons(item[1]) == [] else {item}
    # systemctl would have made it, for the unit that it names.
    assert unnoticed == {("link", AT_BOOT)}


def test_back_at_the_first_settings_the_box_is_what_it_was(phases: list[Phase]) -> None:
    differs = differing(phases[1].tree, phases[4].tree)
    assert [path for path in sorted(differs) if not matching(path, REMAINS)] == []
    assert {*REMAINS} - {one for path in differs for one in matching(path, REMAINS)} == set()
    earlier = tuple(f"{tree}/" for phase in phases for tree in phase.real)
    kept = {path for path in differs if path.startswith("/opt/")}
    assert [path for path in kept if not f"{path}/".startswith(earlier)] == []


def test_back_at_the_first_settings_it_has_the_same_packages(phases: list[Phase]) -> None:
    assert phases[2].packages.keys() - phases[1].packages.keys() >= {"libcuda1", "jq", "dkms"}
    assert phases[2].packages["libcuda1"].split()[1:] == ["hi", "manual"]
    assert phases[4].packages == phases[1].packages
    assert [name for name, state in phases[4].packages.items() if " h" in state] == []
    assert phases[4].ledger == phases[1].ledger


def test_units_go_and_accounts_stay(phases: list[Phase]) -> None:
    assert len(phases[2].units) == 4
    assert [phases[step].units for step in (1, 3, 4)] == [(), (), ()]
    # nvidia-persistenced's package makes nvpd, and leaves it.
    assert phases[4].users - phases[1].users == {"jupyter", "nvpd"}


def test_what_somebody_edited_is_kept_and_said(phases: list[Phase]) -> None:
    assert SETTINGS not in phases[3].tree
    assert KEPT in phases[3].tree
    assert f"{SETTINGS} was changed since; it is {KEPT} now" in _summary(phases[3])


def test_a_package_that_others_need_stays_and_is_said(phases: list[Phase]) -> None:
    jq, apt = (
        f"{name} stays: {other} of this box needs it"
        for name, other in (("jq", "theirs"), ("python3-apt", "unattended-upgrades"))
    )
    assert jq in _summary(phases[3])
    assert apt in _summary(phases[3])
    for name in ("jq", "python3-apt"):
        assert phases[2].packages[name].endswith("manual")
        assert not phases[3].packages[name].endswith("manual")
    assert {"theirs", "unattended-upgrades"} <= phases[3].packages.keys()


def test_what_was_there_before_dlbox_stays(phases: list[Phase]) -> None:
    assert not {"less", "tmux"} & phases[2].ledger
    for phase in phases:
        assert phase.packages["less"] == phases[0].packages["less"]
        assert phase.packages["tmux"] == phases[0].packages["tmux"]


def _is_folder(phase: Phase, path: str) -> bool:
    return phase.tree.get(path, "").startswith("d ")


def _summary(phase: Phase) -> str:
    """Return what the last lines of ``up`` say, in one."""
    return phase.said.rpartition("--> Disconnecting")[2]
