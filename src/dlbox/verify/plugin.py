"""Pytest plugin of ``verify``: one testinfra box per host of the inventory.

What a box must be is solved again from the same settings, with what the box says of itself
through testinfra; nothing the deploy saw or remembered is used.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timezone
from functools import cache

import pytest
import testinfra
from pyinfra.api import Host as Target
from testinfra.host import Host

from dlbox.host.identity import IDENTITY, Identity, parse_identity
from dlbox.lockfile.source import bundled_lock_command, resolve_lock
from dlbox.plan.plan import make_plan
from dlbox.plan.role import Registry
from dlbox.settings.inventory import Choice, host_data, selected_hosts
from dlbox.settings.schema import Settings
from dlbox.stack.model import Refused, Stack
from dlbox.verify.connection import connection

REGISTRY = pytest.StashKey[Registry]()
"""The roles, which ``roles/conftest.py`` hands over."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Say which boxes."""
    group = parser.getgroup("dlbox")
    group.addoption("--target", help="inventory of the boxes to verify")
    group.addoption("--limit", action="append", default=[], help="only these hosts or groups")
    group.addoption("--data", action="append", default=[], help="SETTING=VALUE")
    group.addoption("--group-data", action="append", default=[], help="one more group_data")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each check once per box."""
    if "target" not in metafunc.fixturenames:
        return
    config = metafunc.config
    if config.getoption("target") is None:
        msg = "role checks need an inventory: ./dlbox verify INVENTORY"
        raise pytest.UsageError(msg)
    words = (tuple(config.getoption(name)) for name in ("limit", "data", "group_data"))
    limit, pairs, folders = words
    # The same ones for every check, or each would look at its box again.
    targets = selected_hosts(Choice(config.getoption("target"), limit, (), pairs, folders))
    metafunc.parametrize("target", targets, ids=lambda target: target.name, scope="session")


@cache
def reach(target: Target) -> tuple[Host, Identity]:
    """Connect to a box and let it say what it is."""
    spec, options = connection(target.name, host_data(target))
    box: Host = testinfra.get_host(spec, **options)
    seen = parse_identity(box.check_output(IDENTITY).splitlines())
    # As `up` does: sudo where the login is not root, whatever the inventory says.
    return (box if seen.uid == 0 else testinfra.get_host(spec, sudo=True, **options)), seen


@pytest.fixture(scope="session")
def box(target: Target) -> Host:
    """Testinfra's view of the box. A fixture called ``host`` would lose to testinfra's own."""
    return reach(target)[0]


@pytest.fixture(scope="session")
def seen(target: Target) -> Identity:
    """What the box says it is."""
    return reach(target)[1]


@pytest.fixture(scope="session")
def settings(target: Target, pytestconfig: pytest.Config) -> Settings:
    """Return the box's settings, from the same inventory as the deploy's."""
    return pytestconfig.stash[REGISTRY].schema.parse(host_data(target))


@pytest.fixture(scope="session")
def stack(
    target: Target, box: Host, seen: Identity, settings: Settings, pytestconfig: pytest.Config
) -> Stack:
    """Return the stack that must stand."""
    today = datetime.now(tz=timezone.utc).date()
    try:
        what = resolve_lock(
            settings.host,
            lambda bundle: box.check_output(bundled_lock_command(bundle)).splitlines(),
        )
        return make_plan(seen, settings, today, pytestconfig.stash[REGISTRY], what).stack
    except Refused as refusal:
        pytest.fail(f"{target.name}: refused: {refusal}", pytrace=False)


UNREACHABLE = pytest.StashKey[set[str]]()
"""Boxes that did not answer: one failure each, and the rest of their checks skipped."""


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Run a check only where it can be judged; a skip says why."""
    callspec = getattr(item, "callspec", None)
    target = callspec.params.get("target") if callspec else None
    if not isinstance(target, Target):
        return
    unreachable = item.config.stash.setdefault(UNREACHABLE, set())
    if target.name in unreachable:
        pytest.skip(f"{target.name} is unreachable")
    try:
        seen = reach(target)[1]
    except Exception as error:  # noqa: BLE001 - each way to reach a box fails in its own words
        unreachable.add(target.name)
        pytest.fail(f"{target.name}: unreachable: {error}", pytrace=False)
    if item.get_closest_marker("gpu") and not seen.pci_gpus:
        pytest.skip("no GPU")
    if item.get_closest_marker("service") and not seen.systemd:
        pytest.skip("init is not systemd: units are installed, not started")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Count skips by reason; pytest's own list has a line per place as well."""
    if terminalreporter.config.getoption("target") is None:
        return
    reports = terminalreporter.stats.get("skipped", [])
    reasons = Counter(str(report.longrepr[2]).removeprefix("Skipped: ") for report in reports)
    for reason, count in sorted(reasons.items()):
        terminalreporter.write_line(f"skipped {count:>3}: {reason}")
