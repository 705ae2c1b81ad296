"""A box whose cards change, and `dlbox uninstall` after that: what was there before is there still."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from dlbox.sandbox.container import Container, start
from dlbox.sandbox.engine import engine
from dlbox.sandbox.image import image
from dlbox.sandbox.mounts import Mount, download_cache
from tests.support.cli import changed, dlbox, inventory

RELEASE = "debian-13"
SETTINGS = {"box_profile": "framework_only", "frameworks_names": []}
TI, ADA = "10de:1b06", "10de:2684"
FIRST, SECOND, THIRD = "0000:01:00.0", "0000:02:00.0", "0000:0a:00.0"
EDITED = "/etc/dlbox/jupyter_server_config.py"
PACKAGES = "dpkg-query -W -f '${Package} ${db:Status-Abbrev}\\n'"
OURS = "find / -xdev -path /proc -prune -o -name '*dlbox*' ! -name 'dlbox-host-ca.pem' -print"
RECOMMENDED = {"libidn2-0", "libunistring5"}
"""libc6, which was there before, recommends them."""


@pytest.fixture(scope="module")
def bus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that the box shows as its PCI bus."""
    return tmp_path_factory.mktemp("bus")


@pytest.fixture(scope="module")
def box(bus: Path) -> Iterator[Container]:
    os.environ.update(engine().environment())
    mounts = (*download_cache(RELEASE), Mount(bus, "/sys/bus/pci/devices"))
    made = start("dlbox-test-uninstall", image(RELEASE), disposable=True, mounts=mounts)
    yield made
    made.remove()


def plug(bus: Path, cards: Mapping[str, str]) -> None:
    """Make these cards (address -> id) the only ones on the bus."""
    for device in bus.iterdir():
        shutil.rmtree(device)
    for address, card in cards.items():
        device = bus / address
        device.mkdir()
        (device / "vendor").write_text("0x10de\n")
        (device / "device").write_text(f"0x{card[5:]}\n")
        (device / "class").write_text("0x030000\n")


def installed(box: Container) -> set[str]:
    rows = [row.split() for row in box.run("sh", "-c", PACKAGES).stdout.splitlines()]
    return {name for name, *status in rows if status[:1] == ["ii"]}


def ours(box: Container) -> list[str]:
    return box.run("sh", "-c", OURS, check=False).stdout.split()


@dataclass(frozen=True)
class Before:
    """What was on the box before dlbox came. apt's lists and the downloads are the tests' own."""

    packages: set[str]
    paths: set[str]


@pytest.fixture(scope="module")
def before(box: Container, bus: Path, boxes: Path) -> Before:
    found = Before(installed(box), set(ours(box)))
    plug(bus, {FIRST: TI, SECOND: TI})
    assert dlbox("up", boxes, "-y").returncode == 0
    return found


@pytest.fixture(scope="module")
def boxes(box: Container, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return inventory(tmp_path_factory.mktemp("inventory"), (box, SETTINGS))


GONE = "GeForce GTX 1080 Ti (10de:1b06) at"
WAYS_OUT = "check the card, its power and its slot; or go on with what is there: box_gpus ="


@pytest.mark.parametrize(
    ("cards", "fault", "rest"),
    [
        ({}, f"2 of 2 cards are gone: {GONE} {FIRST}, {GONE} {SECOND}", "[]"),
        ({FIRST: TI}, f"1 of 2 cards is gone: {GONE} {SECOND}", f'["{TI}"]'),
        (
            {FIRST: ADA, SECOND: TI},
            f"1 of 2 cards is gone: {GONE} {FIRST}; new is GeForce RTX 4090 ({ADA}) at {FIRST}",
            f'["{ADA}", "{TI}"]',
        ),
    ],
)
def test_a_card_that_is_gone_takes_nothing_along(  # noqa: PLR0913, PLR0917 - what and where
    box: Container,
    bus: Path,
    boxes: Path,
    before: Before,
    cards: dict[str, str],
    fault: str,
    rest: str,
) -> None:
    del before
    plug(bus, cards)
    packages = installed(box)
    run = dlbox("up", boxes, "-y")
    assert run.returncode == 3, run.stdout
    head = f"{box.host}: refused, nothing was changed: {fault}; nothing is removed"
    assert f"{head}\n  -> {WAYS_OUT} {rest}\n" in run.stdout
    assert installed(box) == packages
    drift = dlbox("drift", boxes)
    assert drift.returncode == 6
    assert "on the box  card 0000:0" in drift.stdout
    assert "GeForce GTX 1080 Ti (10de:1b06) is gone" in drift.stdout
    verify = dlbox("verify", boxes, "--", "-k", "cards_that_it_was_set_up_for")
    assert verify.returncode == 1
    assert f"{fault}; nothing is removed" in verify.stdout


def test_a_card_in_another_slot_is_noted_and_recorded(
    bus: Path, boxes: Path, before: Before
) -> None:
    del before
    plug(bus, {FIRST: TI, THIRD: TI})
    drift = dlbox("drift", boxes)
    assert drift.returncode == 6
    assert f"card {THIRD}: {GONE.removesuffix(' at')} is at {THIRD} now" in drift.stdout
    run = dlbox("up", boxes, "-y")
    assert run.returncode == 0
    assert f"{GONE.removesuffix(' at')} is at {THIRD} now, it was at {SECOND}" in run.stdout
    again = dlbox("up", boxes, "-y")
    assert changed(again.stdout) == []
    assert "Compare with the record" in again.stdout
    assert dlbox("drift", boxes).returncode == 0
    assert dlbox("verify", boxes, "--", "-k", "set_up_for").returncode == 0


def test_the_owner_goes_on_without_a_card(
    box: Container, bus: Path, before: Before, tmp_path: Path
) -> None:
    del before
    plug(bus, {FIRST: TI})
    boxes = inventory(tmp_path, (box, {**SETTINGS, "box_gpus": [TI]}))
    assert dlbox("up", boxes, "-y").returncode == 0
    boxes = inventory(tmp_path, (box, SETTINGS))
    again = dlbox("up", boxes, "-y")
    assert again.returncode == 0
    assert changed(again.stdout) == ["Write the record", "Grand total"]


def test_all_that_came_goes(box: Container, boxes: Path, before: Before) -> None:
    assert len(installed(box) - before.packages) > 100
    box.run("sh", "-c", f"echo '# mine' >>{EDITED}")

    asked = dlbox("uninstall", boxes)
    assert asked.returncode == 3
    assert asked.stdout == (
        "dlbox uninstall: no terminal and no -y: nothing was changed\n"
        "  -> add -y, or --dry to look\n"
    )
    looked = dlbox("uninstall", boxes, "--dry")
    assert looked.returncode == 0
    assert f"{box.host}: would remove " in looked.stdout
    assert len(installed(box) - before.packages) > 100

    gone = dlbox("uninstall", boxes, "-y")
    assert gone.returncode == 0, gone.stdout[-3000:]
    assert f"{box.host}: removed " in gone.stdout
    assert "account jupyter stays" in gone.stdout
    assert f"{EDITED}.dlbox-kept stays: somebody changed it" in gone.stdout
    assert installed(box) - before.packages <= RECOMMENDED
    assert before.packages <= installed(box)
    assert set(ours(box)) - before.paths == {"/etc/dlbox", f"{EDITED}.dlbox-kept"}
    assert box.run("apt-mark", "showhold").stdout == ""
    assert box.run("systemctl", "--failed", "--no-legend").stdout == ""


def test_a_second_time_there_is_nothing_to_do(box: Container, boxes: Path) -> None:
    again = dlbox("uninstall", boxes, "-y")
    assert again.returncode == 0
    assert f"{box.host}: nothing of dlbox is recorded there" in again.stdout
    assert dlbox("drift", boxes).returncode == 1
