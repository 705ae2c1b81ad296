"""The inventories people copy are good as they stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from roles.box.inventory import Choice, data, misjudged

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("inventory", "names"),
    [
        ("inventory.py", ["@local"]),
        ("inventory/lab.py", ["build-1", "gtx-1", "gtx-2", "rtx-1"]),
        ("inventory/containers.py", ["@podman/dlbox-debian-12", "@podman/dlbox-debian-13"]),
    ],
)
def test_an_example_is_good(
    inventory: str, names: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    hosts = Choice(str(ROOT / inventory)).hosts()
    assert sorted(host.name for host in hosts) == names
    assert misjudged(hosts) == []


def test_the_lab_shows_all_three_places_of_a_knob(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    by_name = {host.name: data(host) for host in Choice(str(ROOT / "inventory/lab.py")).hosts()}
    assert by_name["gtx-1"]["nvidia_driver_flavour"] == "proprietary", "its group's"
    assert by_name["gtx-2"]["jupyter_port"] == 8899, "its own"
    assert by_name["rtx-1"]["jupyter_port"] == 8888, "everybody's"
    assert by_name["build-1"]["ssh_user"] == "admin"
