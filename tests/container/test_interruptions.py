"""What happens while people sleep: apt busy elsewhere, a run cut in the middle. None of it needs a human."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep

from dlbox.sandbox.container import Container
from dlbox.sandbox.engine import engine
from dlbox.sandbox.mounts import Mount, download_cache
from tests.support.cli import ROOT, changed, dlbox, inventory

RELEASE = "debian-13"

KNOBS = {"box_gpus": [], "frameworks_names": [], "jupyter_install": False}
SLOW_PACKAGE = """
mkdir -p /tmp/slow/DEBIAN && cd /tmp/slow/DEBIAN
printf 'Package: slow\\nVersion: 1\\nArchitecture: all\\nMaintainer: a test <test@example.com>\\nDescription: stub\\n' >control
printf '#!/bin/sh\\nsleep 15\\n' >preinst; chmod 755 preinst
dpkg-deb -b /tmp/slow /tmp/slow.deb >/dev/null
"""


def mounts() -> tuple[Mount, ...]:
    """Share all downloads."""
    return download_cache(RELEASE)


def test_a_held_dpkg_lock_is_waited_for(box: Container, boxes: Path) -> None:
    box.run("sh", "-c", SLOW_PACKAGE)
    box.run("sh", "-c", "nohup dpkg -i /tmp/slow.deb >/tmp/slow.log 2>&1 & sleep 1")
    assert box.run("sh", "-c", "apt-get -q install -f", check=False).returncode == 100, (
        "no lock"
    )
    run = dlbox("up", boxes, "-y")
    assert run.returncode == 0, run.stdout[-3000:]
    assert "ii  slow" in box.run("dpkg", "-l", "slow").stdout


def test_a_run_killed_in_the_middle_is_made_up_for(box: Container, boxes: Path) -> None:
    box.run(
        "sh",
        "-c",
        "apt-get -q -y purge tmux git build-essential g++ && apt-get -q -y autoremove",
    )
    box.run("rm", "-rf", "/opt/dlbox/uv")
    kill_when(box, boxes, "pgrep -x dpkg")
    run = dlbox("up", boxes, "-y")
    assert run.returncode == 0, run.stdout[-3000:]
    assert box.run("dpkg", "--audit").stdout == ""
    assert changed(dlbox("up", boxes, "-y").stdout) == []
    assert dlbox("verify", boxes, "--", "-k", "base").returncode == 0


def test_what_a_run_that_was_cut_brought_goes_with_its_settings(
    box: Container, boxes: Path, tmp_path: Path
) -> None:
    others = {**KNOBS, "jupyter_install": True, "base_packages": ["ncdu"]}
    unit = "/etc/systemd/system/dlbox-jupyter.service"
    kill_when(box, inventory(tmp_path, (box, others)), f"test -e {unit}")
    assert box.run("ncdu", "--version").stdout
    drift = dlbox("drift", boxes)
    assert drift.returncode == 6
    assert "in the settings  run up: interrupted; run it again" in drift.stdout
    run = dlbox("up", boxes, "-y")
    assert run.returncode == 0, run.stdout[-3000:]
    left = f"ls {unit} /opt/dlbox/jupyter /etc/dlbox/jupyter-token; which ncdu"
    assert box.run("sh", "-c", left, check=False).stdout == ""
    assert dlbox("drift", boxes).stdout.endswith(": no drift\n")


def kill_when(box: Container, boxes: Path, sign: str) -> None:
    """Start ``up`` and kill it, without a chance to tidy, once the box shows the sign."""
    up = subprocess.Popen(
        [sys.executable, "-m", "dlbox.cli", "up", str(boxes), "-y"],
        cwd=ROOT,
        env={**os.environ, **engine().environment()},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    started = monotonic()
    while box.run("sh", "-c", sign, check=False).returncode:
        assert up.poll() is None, "it ended before the sign was seen"
        assert monotonic() - started < 120, "the sign was never seen"
        sleep(0.05)
    up.kill()
    up.wait()
