"""Inventories as people write them, read the way pyinfra does."""

from __future__ import annotations

from pathlib import Path

import pytest

from dlbox.settings.inventory import Choice, host_data, inventory_faults, load, setting_source
from roles import ROLES
from tests.support.inventories import FLEET, folder, write

__all__ = ["folder"]

UNKNOWN = "no such setting | did you mean 'nccl_version'?"
LOW = "Input should be greater than or equal to 1024"


def test_a_fault_names_the_file_of_its_group(folder: Path) -> None:
    lab = write(folder, lab=FLEET, gtx="jupyter_port = 80\n", all="nccl_versoin = '*'\n")
    assert inventory_faults(load(lab), ROLES.schema) == [
        f"gtx-1, gtx-2, rtx-1: nccl_versoin (group all): {UNKNOWN}",
        f"gtx-1, gtx-2: jupyter_port (group gtx): 80: {LOW}",
    ]


def test_boxes_share_a_line_only_where_they_share_the_fault(folder: Path) -> None:
    lab = write(
        folder, lab='a = [("x", {"jupyter_port": 80}), ("y", {"jupyter_port": 81}), "z"]\n'
    )
    assert inventory_faults(load(lab), ROLES.schema) == [
        f"x: jupyter_port (the inventory): 80: {LOW}",
        f"y: jupyter_port (the inventory): 81: {LOW}",
    ]


@pytest.mark.parametrize("group", ["gtx", "all"])
def test_a_groups_data_in_the_inventory_is_named_so(folder: Path, group: str) -> None:
    lab = write(folder, lab=f'{group} = (["gtx-1"], {{"jupyter_port": 80}})\n')
    assert inventory_faults(load(lab), ROLES.schema) == [
        f"gtx-1: jupyter_port (group {group}): 80: {LOW}"
    ]


def test_a_good_fleet_has_no_faults(folder: Path) -> None:
    lab = write(
        folder, lab=FLEET, gtx='cuda_versions = ["12.4"]\n', all="jupyter_port = 9000\n"
    )
    assert inventory_faults(load(lab), ROLES.schema) == []


def test_sources_in_pyinfras_own_order(folder: Path) -> None:
    lab = write(
        folder,
        lab='gtx = [("a", {"jupyter_port": 3000}), "b"]\nrtx = ["c"]\n',
        all="jupyter_port = 1100\n",
        gtx="jupyter_port = 2000\n",
    )

    def seen(*options: str) -> list[tuple[int, str]]:
        hosts = load(lab, options)
        return [
            (host_data(h)["jupyter_port"], setting_source(h, "jupyter_port")) for h in hosts
        ]

    assert seen() == [
        (3000, "the inventory"),
        (2000, "group gtx"),
        (1100, "group all"),
    ]
    assert seen("jupyter_port=4000") == [(4000, "--data")] * 3


def test_of_two_groups_the_last_one_wins_and_is_named(folder: Path) -> None:
    lab = write(
        folder,
        lab='first = ["a"]\nsecond = ["a"]\n',
        first="jupyter_port = 1111\n",
        second="jupyter_port = 2222\n",
    )
    [host] = load(lab)
    assert (host_data(host)["jupyter_port"], setting_source(host, "jupyter_port")) == (
        2222,
        "group second",
    )


def test_more_group_data_may_be_given(folder: Path) -> None:
    lab = write(folder, lab=FLEET, rtx="jupyter_port = 1111\n")
    more = folder / "site"
    more.mkdir()
    (more / "rtx.py").write_text("jupyter_port = 2222\n")
    [host] = Choice(lab, ("rtx",), group_data=(str(more),)).hosts()
    assert host_data(host)["jupyter_port"] == 2222


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("cuda_versions=12.10", 12.1),
        ('cuda_versions=["12.10"]', ["12.10"]),
        ("jupyter_install=False", False),
        ("nccl_version=*", "*"),
        ("cudnn_version=9.10.*", "9.10.*"),
        ("cudnn_version=9.1", 9.1),
        ("jupyter_user=a=b", "a=b"),
    ],
)
def test_options_are_read_as_pyinfra_reads_them(
    folder: Path, option: str, value: object
) -> None:
    [host, *_] = load(write(folder, lab=FLEET), [option])
    assert host_data(host)[option.partition("=")[0]] == value


@pytest.mark.parametrize(
    ("limit", "names"),
    [
        ([], ["gtx-1", "gtx-2", "rtx-1"]),
        (["gtx-2"], ["gtx-2"]),
        (["gtx"], ["gtx-1", "gtx-2"]),
        (["lab"], ["gtx-1", "gtx-2", "rtx-1"]),
        (["?tx-1"], ["gtx-1", "rtx-1"]),
        (["rtx", "gtx-1"], ["gtx-1", "rtx-1"]),
        (["titan*"], []),
    ],
)
def test_limit_is_a_box_a_group_or_a_pattern(
    folder: Path, limit: list[str], names: list[str]
) -> None:
    chosen = Choice(write(folder, lab=FLEET), tuple(limit)).hosts()
    assert [host.name for host in chosen] == names
