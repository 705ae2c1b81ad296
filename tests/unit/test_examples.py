"""The inventories people copy are good as they stand."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from dlbox.settings.inventory import Choice, host_data, inventory_faults
from dlbox.stack.catalog_loader import catalog
from dlbox.stack.model import Refused
from roles import ROLES
from tests.support.builders import a_box, a_plan

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
    assert inventory_faults(hosts, ROLES.schema) == []


def test_the_lab_shows_all_three_places_of_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    by_name = {
        host.name: host_data(host) for host in Choice(str(ROOT / "inventory/lab.py")).hosts()
    }
    assert by_name["gtx-1"]["nvidia_driver_flavour"] == "proprietary", "its group's"
    assert by_name["gtx-2"]["jupyter_port"] == 8899, "its own"
    assert by_name["rtx-1"]["jupyter_port"] == 8888, "everybody's"
    assert by_name["build-1"]["ssh_user"] == "admin"


TODAY = date(2026, 11, 24)
NO_JAX = ("ubuntu-22.04", "rtx-1")
"""It names JAX, which has no wheels for Python 3.10 any more."""
CARDS = {"gtx-1": "10de:1b06", "gtx-2": "10de:1b06", "rtx-1": "10de:2684", "build-1": None}


@pytest.mark.parametrize("system", catalog().systems)
def test_the_labs_boxes_get_a_stack_on_every_system(
    system: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    hosts = {
        host.name: host_data(host) for host in Choice(str(ROOT / "inventory/lab.py")).hosts()
    }
    assert set(hosts) == set(CARDS)
    for name, card in CARDS.items():
        box = a_box(system=system, pci_gpus=(card,) if card else ())
        if (system, name) == NO_JAX:
            with pytest.raises(Refused, match="has no wheel for Python 3"):
                a_plan(box, today=TODAY, **hosts[name])
            continue
        driver = a_plan(box, today=TODAY, **hosts[name]).stack.driver
        flavour = driver.flavour if driver else None
        assert (driver is not None) == (card is not None)
        assert flavour == "proprietary" or card != CARDS["gtx-1"], "its group says so"
