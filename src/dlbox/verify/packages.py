"""Checks of every package of the GPU stack, whichever role installed it."""

from __future__ import annotations

import re

import pytest
from testinfra.host import Host

from dlbox.host.apt_facts import GPU_SOURCES, QUERY, Package, is_gpu_package, parse_packages
from dlbox.stack.model import Stack


@pytest.fixture
def ours(box: Host, stack: Stack) -> dict[str, Package]:
    """Return the installed packages of the GPU stack."""
    if not stack.driver and not any(toolkit.package for toolkit in stack.toolkits):
        pytest.skip("nothing of the GPU stack comes from packages")
    installed = parse_packages(box.check_output(QUERY).splitlines())
    pin = stack.driver.pin if stack.driver else ""
    named = {toolkit.package for toolkit in stack.toolkits}
    return {
        n: p for n, p in installed.items() if is_gpu_package(p, GPU_SOURCES, pin) or n in named
    }


def test_the_stack_is_held(ours: dict[str, Package]) -> None:
    loose = sorted(name for name, package in ours.items() if not package.held)
    assert not loose, f"not held: {', '.join(loose)}"


def test_unattended_upgrades_leaves_the_stack_alone(
    box: Host, ours: dict[str, Package]
) -> None:
    output = box.check_output("apt-config dump Unattended-Upgrade::Package-Blacklist")
    patterns = re.findall(r'"(.+)";', output)
    free = sorted(n for n in ours if not any(re.match(pattern, n) for pattern in patterns))
    assert not free, f"open to unattended-upgrades: {', '.join(free)}"


def test_an_upgrade_would_not_touch_the_stack(box: Host, ours: dict[str, Package]) -> None:
    output = box.check_output("apt-get -s -o Debug::NoLocking=1 dist-upgrade")
    moved = set(re.findall(r"^(?:Inst|Remv) (\S+)", output, re.MULTILINE)) & set(ours)
    assert not moved, f"an upgrade would move {', '.join(sorted(moved))}"


def test_unattended_upgrades_dry_run_names_none_of_ours(
    box: Host, ours: dict[str, Package]
) -> None:
    if not box.exists("unattended-upgrade"):
        pytest.skip("unattended-upgrades is not installed")
    run = box.run("LC_ALL=C unattended-upgrade --dry-run -d 2>&1")
    assert run.succeeded, run.stdout[-2000:]
    # The output has one of these two lines. A dry run with neither was not understood, and
    # proves nothing.
    verdict = re.search(
        r"^(?:Packages that will be upgraded:(.*)|No packages found that can be upgraded.*)$",
        run.stdout,
        re.MULTILINE,
    )
    assert verdict, run.stdout[-2000:]
    moved = set((verdict.group(1) or "").split()) & set(ours)
    assert not moved, f"unattended-upgrades would move {', '.join(sorted(moved))}"
