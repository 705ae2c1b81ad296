"""A machine that somebody else reboots while dlbox is at work on it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.boxes.mounts import HOST_CA
from tests.boxes.verbs import ROOT, dlbox
from tests.vm.machine import Machine

KNOBS = {
    "box_gpus": [],
    "frameworks_names": [],
    "jupyter_install": False,
    **({"base_ca_bundle": str(HOST_CA)} if HOST_CA else {}),
}


def test_it_is_told_and_made_up_for(machine: Machine, tmp_path: Path) -> None:
    boxes = machine.inventory(tmp_path, **KNOBS)
    with subprocess.Popen(
        [sys.executable, "-m", "deploys", "up", str(boxes), "-y"],
        cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True,
    ) as up:  # fmt: skip
        machine.run("sh", "-c", "until pgrep -x dpkg-deb; do sleep 0.2; done", timeout=900)
        # Past logind, which apt asks to hold shutdowns off while dpkg is at work.
        machine.run("systemctl", "reboot", "--force", check=False)
        said, _ = up.communicate(timeout=900)
    assert up.returncode == 1, said[-3000:]
    assert re.search(r"box rebooted during the run \(boot id \S+->\S+\)", said), said[-3000:]
    machine.ssh.hang_up()
    machine.wait_for_ssh()
    run = dlbox("up", boxes, "-y")
    assert run.returncode == 0, run.stdout[-4000:]
    assert machine.run("dpkg", "--audit").stdout == ""
    assert machine.run("git", "--version").stdout
