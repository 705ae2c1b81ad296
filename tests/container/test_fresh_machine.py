"""A bare machine without Python: the README's first command alone makes it a CPU-only box."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from time import monotonic

import pytest

from dlbox.sandbox.container import Container, start
from dlbox.sandbox.image import image
from dlbox.sandbox.mounts import CA_IN_BOX, HOST_CA, download_cache
from tests.support.cli import ROOT, changed

RELEASE = "debian-13"
TRUST = f"DLBOX_CA_BUNDLE={CA_IN_BOX} " if HOST_CA else ""
KNOBS = f" --data base_ca_bundle={CA_IN_BOX}" if HOST_CA else ""


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Container]:
    """Return a bare machine with a copy of the checkout."""
    archive = tmp_path_factory.mktemp("checkout") / "dlbox.tar"
    files = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
    ).stdout
    subprocess.run(
        ["tar", "-cf", archive, "--null", "-T", "-", "--transform", "s,^,dlbox/,"],
        cwd=ROOT,
        input=files,
        check=True,
    )
    made = start(
        "dlbox-test-fresh",
        image(RELEASE, bare=True),
        systemd=False,
        disposable=True,
        mounts=download_cache(RELEASE),
    )
    made.copy_in(archive, "/root/dlbox.tar")
    made.run("tar", "-xf", "/root/dlbox.tar", "-C", "/root", "--no-same-owner")
    yield made
    made.remove()


def command(verb: str) -> str:
    """Return the README's own command for a verb, as typed in the checkout on the machine."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(rf"^(\./dlbox {verb})$", readme, re.MULTILINE)
    assert found, f"the README does not show ./dlbox {verb}"
    return f"cd /root/dlbox && {TRUST}{found.group(1)}"


def test_it_is_bare(machine: Container) -> None:
    assert (
        machine.run("sh", "-c", "command -v python3 sudo sshd systemctl", check=False).stdout
        == ""
    )


def test_without_yes_nothing_is_changed(machine: Container) -> None:
    run = machine.run("sh", "-c", command("up") + " 2>&1", check=False)
    assert run.returncode == 3
    assert "nothing was changed" in run.stdout
    assert len(run.stdout.splitlines()) == 2, "what is wrong, and what to do"


def test_the_readmes_first_command_is_enough(machine: Container) -> None:
    run = machine.run("sh", "-c", f"{command('up')} -y{KNOBS} 2>&1", check=False, timeout=1500)
    assert run.returncode == 0, run.stdout[-3000:]
    told = run.stdout[run.stdout.rindex("@local: debian-13, no GPU") :]
    for line in (
        "pytorch 2.15.0",
        "tensorflow 2.21.0",
        "driver: no GPU declared or found on the PCI bus",
        "services: init is not systemd; units are installed, not started",
        "dlbox-env pytorch",
    ):
        assert line in told


def test_again_it_changes_nothing_in_under_30_seconds(machine: Container) -> None:
    started = monotonic()
    pyinfra = (
        f"cd /root/dlbox && .venv/bin/pyinfra inventory.py deploys/dlbox.py -y{KNOBS} 2>&1"
    )
    run = machine.run("sh", "-c", pyinfra)
    seconds = monotonic() - started
    assert changed(run.stdout) == []
    assert seconds < 30, f"took {seconds:.0f} s"


def test_verify_is_green(machine: Container) -> None:
    # Each framework's checks take a minute; Debian 13's own test has them all.
    chosen = " -- -k 'not tensorflow'"
    run = machine.run("sh", "-c", f"{command('verify')}{KNOBS}{chosen} 2>&1", check=False)
    assert run.returncode == 0, run.stdout[-5000:]
    assert "init is not systemd" in run.stdout
