"""Checks that hold after the nvidia_archive role has run."""

from __future__ import annotations

import re

import pytest
from testinfra.host import Host

from dlbox.host.apt_facts import candidates
from dlbox.stack.components import Driver
from dlbox.stack.model import Repository, Stack
from roles.nvidia_archive.manifest import PINS, SOURCE

READABLE = 0o644


@pytest.fixture
def repository(stack: Stack) -> Repository:
    """Return NVIDIA's repository if the stack needs it."""
    if stack.repository is None:
        pytest.skip("nothing of the stack comes from NVIDIA's repository")
    return stack.repository


@pytest.fixture
def driver(stack: Stack, repository: Repository) -> Driver:
    """Return the planned driver."""
    if stack.driver is None:
        pytest.skip("no driver is planned")
    return stack.driver


def test_apt_reads_it_once_and_by_its_own_key(box: Host, repository: Repository) -> None:
    assert f"/{repository.tag}/x86_64" in box.check_output("apt-cache policy")
    assert box.file(SOURCE).mode == READABLE
    text = box.file(SOURCE).content_string
    assert text.count("-----BEGIN PGP PUBLIC KEY BLOCK-----") == 1
    others = box.run(
        "grep -ls %s /etc/apt/sources.list /etc/apt/sources.list.d/*", f"/{repository.tag}/"
    )
    assert others.stdout.split() == [SOURCE], f"named in {others.stdout.split()}"


def test_no_other_source_can_bring_the_driver(box: Host, driver: Driver) -> None:
    names = " ".join((driver.module, *driver.same))
    offered = candidates(box.check_output(f"apt-cache policy {names}").splitlines())
    strange = {n: v for n, v in offered.items() if not v.startswith(driver.pin)}
    assert not strange, f"apt would take {strange} where {driver.pin}* is planned"


def test_nothing_comes_from_it_by_itself(box: Host, repository: Repository) -> None:
    pattern = rf"^ +(-?\d+) .*/{repository.tag}/x86_64.* Packages$"
    # For an installed package, policy lists the package's own sources with their priorities.
    said = box.check_output("apt-cache policy")
    priorities = {int(found) for found in re.findall(pattern, said, re.MULTILINE)}
    assert priorities == {100}, f"{repository.tag} has priority {sorted(priorities)}"
    assert box.file(PINS).mode == READABLE
