"""A fleet over SSH: groups and per-box knobs, good boxes converge, the dead one is named."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.fleet.conftest import Fleet
from tests.support.cli import changed, dlbox

DEAD = "127.0.0.2"
"""Loopback, where nothing listens on the port below."""


@pytest.fixture(scope="module")
def inventory(fleet: Fleet) -> Path:
    """Return an inventory with two groups, knobs per box, and a box that does not answer."""
    bench = [fleet.host("debian-13", jupyter_port=8899)]
    quiet = [fleet.host("debian-12", jupyter_install=False)]
    gone = [("gone", {"ssh_hostname": DEAD, "ssh_port": 9, "ssh_user": "root"})]
    return fleet.inventory(f"bench = {bench!r}\nquiet = {quiet!r}\ngone = {gone!r}\n")


def test_good_boxes_converge_and_the_dead_one_is_named(fleet: Fleet, inventory: Path) -> None:
    run = dlbox("up", inventory, "-y")
    assert run.returncode == 1, run.stdout[-3000:]
    assert "gone: unreachable, nothing was changed" in run.stdout
    assert "JupyterLab on 127.0.0.1:8899" in run.stdout
    for release in fleet.boxes:
        assert f"{release}: {release}, no GPU" in run.stdout
        assert fleet.boxes[release].run("cat", "/var/lib/dlbox/applied.yaml").stdout


def test_again_the_good_boxes_change_nothing(inventory: Path) -> None:
    run = dlbox("up", inventory, "-y", "--limit", "bench", "--limit", "quiet")
    assert run.returncode == 0, run.stdout[-3000:]
    assert changed(run.stdout) == []


def test_each_box_has_its_own_knobs(fleet: Fleet) -> None:
    ports = fleet.boxes["debian-13"].run("ss", "-ltnH").stdout
    assert "127.0.0.1:8899" in ports
    unit = "/etc/systemd/system/dlbox-jupyter.service"
    assert fleet.boxes["debian-12"].run("ls", unit, check=False).returncode != 0


def test_verify_is_green_over_ssh(inventory: Path) -> None:
    run = dlbox("verify", inventory, "--limit", "bench", "--limit", "quiet")
    assert run.returncode == 0, run.stdout[-5000:]
    assert "jupyter_install = False" in run.stdout


def test_verify_is_red_for_a_box_that_does_not_answer(inventory: Path) -> None:
    run = dlbox("verify", inventory, "--limit", "gone")
    assert run.returncode == 1
    assert "gone: unreachable" in run.stdout


def test_a_login_without_sudo_is_refused(fleet: Fleet) -> None:
    box = fleet.boxes["debian-13"]
    box.run("sh", "-c", "id plain 2>/dev/null || useradd --create-home plain")
    box.run("sh", "-c", "cp -r /root/.ssh /home/plain/ && chown -R plain /home/plain/.ssh")
    host = fleet.host("debian-13", ssh_user="plain")
    run = dlbox("up", fleet.inventory(f"boxes = {[host]!r}\n"), "-y")
    assert run.returncode == 3, run.stdout[-3000:]
    assert re.search(
        "^debian-13: refused, nothing was changed: sudo asks for a password",
        run.stdout,
        re.MULTILINE,
    )


def test_a_shell_that_prints_before_each_answer_is_refused_with_its_words(fleet: Fleet) -> None:
    box = fleet.boxes["debian-13"]
    box.run(
        "sh",
        "-c",
        "cp /root/.bashrc /root/.bashrc.before; echo 'echo hello ada' >>/root/.bashrc",
    )
    inventory = fleet.inventory(f"boxes = {[fleet.host('debian-13', jupyter_port=8899)]!r}\n")
    try:
        up, drift = dlbox("up", inventory, "-y"), dlbox("drift", inventory)
    finally:
        box.run("mv", "/root/.bashrc.before", "/root/.bashrc")
    assert up.returncode == 3, up.stdout[-3000:]
    words = "its shell prints 'hello ada' before every answer, and breaks file transfers"
    assert f"debian-13: refused, nothing was changed: {words}\n  -> " in up.stdout
    assert "Traceback" not in up.stdout
    assert drift.returncode == 1
    assert words in drift.stdout


def test_a_box_in_another_language_is_understood(fleet: Fleet) -> None:
    box = fleet.boxes["debian-12"]
    box.run(
        "sh",
        "-c",
        "echo 'export LANG=de_DE.UTF-8 LC_ALL=de_DE.UTF-8' >/home/admin/.bashrc.new;"
        "cat /home/admin/.bashrc >>/home/admin/.bashrc.new; mv /home/admin/.bashrc.new /home/admin/.bashrc",
    )
    run = dlbox(
        "up",
        fleet.inventory(f"boxes = {[fleet.host('debian-12', jupyter_install=False)]!r}\n"),
        "-y",
    )
    assert run.returncode == 0, run.stdout[-3000:]
    assert changed(run.stdout) == []
