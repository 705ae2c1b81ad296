"""Pytest plugin of ``verify``: one testinfra box per host of the inventory.

What a box must be is solved again from the same settings, with what the box says of itself
through testinfra; nothing the deploy saw or remembered is used.
"""

from __future__ import annotations

from typing import Any

import pytest
import testinfra
from pyinfra.api import Host as Target
from testinfra.host import Host

from roles.box.connect import connection
from roles.box.facts import IDENTITY, Identity, identity
from roles.box.inventory import chosen, data
from roles.box.plan import Plan, plan
from roles.stack.model import Refused, Stack


def pytest_addoption(parser: pytest.Parser) -> None:
    """Say which boxes."""
    group = parser.getgroup("dlbox")
    group.addoption("--target", help="inventory of the boxes to verify")
    group.addoption("--limit", action="append", default=[], help="only these hosts or groups")
    group.addoption("--data", action="append", default=[], help="KEY=VALUE, as for pyinfra")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each check once per box."""
    if "target" not in metafunc.fixturenames:
        return
    config = metafunc.config
    if config.getoption("target") is None:
        msg = "role checks need an inventory: ./dlbox verify INVENTORY"
        raise pytest.UsageError(msg)
    targets = chosen(
        config.getoption("target"), config.getoption("limit"), config.getoption("data")
    )
    metafunc.parametrize("target", targets, ids=lambda target: target.name, scope="session")


@pytest.fixture(scope="session")
def box(target: Target) -> Host:
    """Testinfra's view of the box. A fixture called ``host`` would lose to testinfra's own."""
    spec, options = connection(target.name, data(target))
    return testinfra.get_host(spec, **options)


@pytest.fixture(scope="session")
def knobs(target: Target) -> dict[str, Any]:
    """Return the box's settings, from the same inventory as the deploy's."""
    return data(target)


@pytest.fixture(scope="session")
def seen(box: Host) -> Identity:
    """What the box says it is."""
    return identity(box.check_output(IDENTITY).splitlines())


@pytest.fixture(scope="session")
def planned(target: Target, seen: Identity, knobs: dict[str, Any]) -> Plan:
    """What the box must be."""
    try:
        return plan(seen, knobs)
    except Refused as refusal:
        pytest.fail(f"{target.name}: refused: {refusal}", pytrace=False)


@pytest.fixture(scope="session")
def stack(planned: Plan) -> Stack:
    """Return the stack that must stand."""
    return planned.stack


@pytest.fixture(autouse=True)
def _only_where_it_can_be_judged(request: pytest.FixtureRequest) -> None:
    if request.node.get_closest_marker("gpu"):
        seen: Identity = request.getfixturevalue("seen")
        if not seen.pci_gpus:
            pytest.skip("no GPU")
    if request.node.get_closest_marker("service"):
        seen = request.getfixturevalue("seen")
        if not seen.systemd:
            pytest.skip("init is not systemd: units are installed, not started")
