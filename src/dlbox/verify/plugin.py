"""Pytest plugin of ``verify``: one testinfra connection per host of the inventory."""

from __future__ import annotations

import atexit
import shlex
import shutil
import tempfile
from collections import Counter
from collections.abc import Generator, Mapping
from datetime import datetime, timezone
from functools import cache
from typing import Any

import pytest
import testinfra
from pyinfra.api import Host as Target
from testinfra.host import Host

from dlbox.errors import REFUSED, format_error, printable
from dlbox.host.identity import IDENTITY, Identity, parse_identity
from dlbox.lockfile.source import bundled_lock_command, resolve_lock
from dlbox.plan.plan import make_plan
from dlbox.plan.role import Registry
from dlbox.settings.inventory import Choice, host_data, selected_hosts
from dlbox.settings.schema import Settings
from dlbox.stack.model import Refused, Stack


def connection(name: str, data: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return testinfra's host specification and options for a pyinfra host."""
    connector, _, rest = name.removeprefix("@").partition("/")
    if name == "@local":
        return "local://", {}
    if name.startswith(("@podman/", "@docker/")):
        return f"{connector}://{rest}", {}
    address = data.get("ssh_hostname", name.removeprefix("@ssh/"))
    user = data.get("ssh_user")
    login = f"{user}@" if user else ""
    port = f":{data['ssh_port']}" if "ssh_port" in data else ""
    options: dict[str, Any] = {}
    if "ssh_key" in data:
        options["ssh_identity_file"] = data["ssh_key"]
    options["ssh_extra_args"] = _ssh_options(data)
    return f"ssh://{login}{address}{port}", options


def _ssh_options(data: Mapping[str, Any]) -> str:
    # Treat an unknown host as pyinfra's own connector does: keep the first key, then insist on
    # it.
    policy = data.get("ssh_strict_host_key_checking", "accept-new")
    words = ["-o", "BatchMode=yes", "-o", f"StrictHostKeyChecking={policy}"]
    # All checks of a box share one connection; %C is short, as the path of a socket must be.
    words += ["-o", f"ControlPath={sockets()}/%C"]
    if "ssh_known_hosts_file" in data:
        words += ["-o", f"UserKnownHostsFile={data['ssh_known_hosts_file']}"]
    return shlex.join(words)


@cache
def sockets() -> str:
    """Return a folder into which no other user can put a socket."""
    folder = tempfile.mkdtemp(prefix="dlbox-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


REGISTRY = pytest.StashKey[Registry]()
"""The roles, which ``roles/conftest.py`` hands over."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that select the boxes."""
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
    # Use the same hosts for every check; otherwise each check would observe its box again.
    targets = selected_hosts(Choice(config.getoption("target"), limit, (), pairs, folders))
    metafunc.parametrize("target", targets, ids=lambda target: target.name, scope="session")


@cache
def reach(target: Target) -> tuple[Host, Identity]:
    """Connect to a box, and return its testinfra host and its identity."""
    spec, options = connection(target.name, host_data(target))
    box: Host = testinfra.get_host(spec, **options)
    seen = parse_identity(box.check_output(IDENTITY).splitlines())
    # As `up` does, use sudo if the login is not root, whatever the inventory says.
    return (box if seen.uid == 0 else testinfra.get_host(spec, sudo=True, **options)), seen


@pytest.fixture(scope="session")
def box(target: Target) -> Host:
    """Return testinfra's view of the box. A fixture named ``host`` would lose to testinfra's own."""
    return reach(target)[0]


@pytest.fixture(scope="session")
def seen(target: Target) -> Identity:
    """Return the identity of the box."""
    return reach(target)[1]


@pytest.fixture(scope="session")
def settings(target: Target, pytestconfig: pytest.Config) -> Settings:
    """Return the settings of the box, from the same inventory as the deploy's."""
    return pytestconfig.stash[REGISTRY].schema.parse(host_data(target))


@pytest.fixture(scope="session")
def stack(
    target: Target, box: Host, seen: Identity, settings: Settings, pytestconfig: pytest.Config
) -> Stack:
    """Return the stack that must be installed on the box."""
    today = datetime.now(tz=timezone.utc).date()
    try:
        source = resolve_lock(
            settings.host,
            lambda bundle: box.check_output(bundled_lock_command(bundle)).splitlines(),
        )
        return make_plan(seen, settings, today, pytestconfig.stash[REGISTRY], source).stack
    except Refused as refusal:
        lines = format_error(f"{target.name}: {REFUSED}", str(refusal))
        pytest.fail("\n".join(lines), pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Print no control characters of a box."""
    report = yield
    text = report.longreprtext
    if report.failed and printable([text]) != text:
        report.longrepr = printable([text])
    return report


UNREACHABLE = pytest.StashKey[set[str]]()
"""Boxes that did not answer: each causes one failure, and the rest of its checks are skipped."""


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a check that cannot be judged on its box, and say why; fail if it is unreachable."""
    callspec = getattr(item, "callspec", None)
    target = callspec.params.get("target") if callspec else None
    if not isinstance(target, Target):
        return
    unreachable = item.config.stash.setdefault(UNREACHABLE, set())
    if target.name in unreachable:
        pytest.skip(f"{target.name} is unreachable")
    try:
        seen = reach(target)[1]
    except Exception as error:  # noqa: BLE001 - each way to reach a box raises its own exceptions
        unreachable.add(target.name)
        pytest.fail(f"{target.name}: unreachable: {error}", pytrace=False)
    if item.get_closest_marker("gpu") and not seen.pci_gpus:
        pytest.skip("no GPU")
    if item.get_closest_marker("service") and not seen.systemd:
        pytest.skip("init is not systemd: units are installed, not started")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the number of skips per reason; pytest's own list has a line per place as well."""
    if terminalreporter.config.getoption("target") is None:
        return
    reports = terminalreporter.stats.get("skipped", [])
    reasons = Counter(str(report.longrepr[2]).removeprefix("Skipped: ") for report in reports)
    for reason, count in sorted(reasons.items()):
        terminalreporter.write_line(f"skipped {count:>3}: {reason}")
