"""`dlbox uninstall` on a box with a driver and JupyterLab: nothing of dlbox is left, what was there is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from dlbox.sandbox.container import Container, start
from dlbox.sandbox.engine import engine
from dlbox.sandbox.image import image
from dlbox.sandbox.mounts import download_cache
from tests.support.cli import dlbox, inventory

RELEASE = "debian-13"
SETTINGS = {"box_gpus": ["10de:1b06"], "box_profile": "framework_only", "frameworks_names": []}
EDITED = "/etc/dlbox/jupyter_server_config.py"
PACKAGES = "dpkg-query -W -f '${Package} ${db:Status-Abbrev}\\n'"
OURS = "find / -xdev -path /proc -prune -o -name '*dlbox*' ! -name 'dlbox-host-ca.pem' -print"
RECOMMENDED = {"libidn2-0", "libunistring5"}
"""libc6, which was there before, recommends them."""


@pytest.fixture(scope="module")
def box() -> Iterator[Container]:
    os.environ.update(engine().environment())
    made = start("dlbox-test-uninstall", image(RELEASE), mounts=download_cache(RELEASE))
    yield made
    made.remove()


def installed(box: Container) -> set[str]:
    rows = [row.split() for row in box.run("sh", "-c", PACKAGES).stdout.splitlines()]
    return {name for name, *status in rows if status[:1] == ["ii"]}


def ours(box: Container) -> list[str]:
    return box.run("sh", "-c", OURS, check=False).stdout.split()


def test_all_that_came_goes(box: Container, tmp_path: Path) -> None:
    # apt's own lists and the cache of downloads are mounted, and belong to the tests.
    before, there = installed(box), set(ours(box))
    boxes = inventory(tmp_path, (box, SETTINGS))
    assert dlbox("up", boxes, "-y").returncode == 0
    assert len(installed(box) - before) > 100
    box.run("sh", "-c", f"echo '# mine' >>{EDITED}")

    asked = dlbox("uninstall", boxes)
    assert asked.returncode == 3
    assert asked.stdout == (
        "dlbox uninstall: no terminal and no -y: nothing was changed\n"
        "  -> add -y, or --dry to look\n"
    )
    looked = dlbox("uninstall", boxes, "--dry")
    assert looked.returncode == 0
    assert f"{box.host}: would take away " in looked.stdout
    assert len(installed(box) - before) > 100

    gone = dlbox("uninstall", boxes, "-y")
    assert gone.returncode == 0, gone.stdout[-3000:]
    assert f"{box.host}: took away " in gone.stdout
    assert "account jupyter stays" in gone.stdout
    assert f"{EDITED}.dlbox-kept stays: somebody changed it" in gone.stdout
    assert installed(box) - before <= RECOMMENDED
    assert before <= installed(box)
    assert set(ours(box)) - there == {"/etc/dlbox", f"{EDITED}.dlbox-kept"}
    assert box.run("apt-mark", "showhold").stdout == ""
    assert box.run("systemctl", "--failed", "--no-legend").stdout == ""


def test_a_second_time_there_is_nothing_to_do(box: Container, tmp_path: Path) -> None:
    boxes = inventory(tmp_path, (box, SETTINGS))
    again = dlbox("uninstall", boxes, "-y")
    assert again.returncode == 0
    assert f"{box.host}: nothing of dlbox is recorded there" in again.stdout
    assert dlbox("drift", boxes).returncode == 1
