"""Which PCIe lanes cards got: the survey's real shell over made-up trees of sysfs."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from dlbox.host.pcie import Link, Slot, lanes, read_command, slot
from dlbox.shell import LIBRARY

SLOW, GEN3, GEN4 = "2.5 GT/s PCIe", "8.0 GT/s PCIe", "16.0 GT/s PCIe"
MANUAL = "move it to another slot or look at the board's manual"


class Tree:
    """A sysfs with a root bus that cards are put into, each behind a port of its own."""

    def __init__(self, root: Path) -> None:
        """Make an empty one."""
        self.root = root
        self.bus = root / "bus/pci/devices"
        self.bus.mkdir(parents=True)

    def put(  # noqa: PLR0913 - each is a file of sysfs
        self,
        address: str,
        *,
        width: str = "16",
        max_width: str = "16",
        speed: str = SLOW,
        max_speed: str = GEN3,
        port_width: str = "16",
        port_speed: str = GEN3,
        device: str = "0x1b06",
        kind: str = "0x030000",
        vendor: str = "0x10de",
        port_vendor: str = "0x8086",
        node: str = "0",
    ) -> None:
        """Put in a card, with the port above it."""
        port = self.root / f"devices/pci0000:00/0000:00:{address[5:7]}.0"
        link = {"current_link_width": width, "max_link_width": max_width}
        link |= {"current_link_speed": speed, "max_link_speed": max_speed}
        write(port, vendor=port_vendor, current_link_width=width, max_link_width=port_width)
        write(port, current_link_speed=speed, max_link_speed=port_speed)
        write(port / address, vendor=vendor, device=device, numa_node=node, **link)
        write(port / address, **{"class": kind})
        (self.bus / address).symlink_to(port / address)

    def slots(self) -> list[Slot]:
        """Run the shell, as the survey of a box does."""
        run = subprocess.run(
            ["sh", "-c", LIBRARY + read_command(str(self.root))],
            capture_output=True,
            text=True,
            check=True,
        )
        assert run.stderr == ""
        return [slot(line.removeprefix("pcie ")) for line in run.stdout.splitlines()]


def write(folder: Path, **files: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, value in files.items():
        (folder / name).write_text(f"{value}\n")


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path / "it's a sysfs")


def test_all_of_a_card_and_its_port_is_read(tree: Tree) -> None:
    tree.put("0000:01:00.0", width="8", port_speed=GEN4, node="1")
    card = Link(width=8, max_width=16, speed=2.5, max_speed=8.0)
    port = Link(width=8, max_width=16, speed=2.5, max_speed=16.0)
    assert tree.slots() == [Slot("0000:01:00.0", "10de:1b06", card, port, numa_node=1)]


def test_one_card_with_all_its_lanes_is_not_spoken_of(tree: Tree) -> None:
    tree.put("0000:01:00.0", speed=GEN3)
    assert lanes(tree.slots()) == []


def test_a_card_that_idles_at_a_low_speed_is_not_spoken_of(tree: Tree) -> None:
    tree.put("0000:01:00.0", speed=SLOW)
    assert lanes(tree.slots()) == []


def test_two_cards_at_x8_get_one_line(tree: Tree) -> None:
    tree.put("0000:01:00.0", width="8")
    tree.put("0000:02:00.0", width="8")
    assert lanes(tree.slots()) == ["PCIe lanes: 01:00.0 x8, 02:00.0 x8 (both can do x16)"]


def test_two_cards_with_all_their_lanes_get_one_line(tree: Tree) -> None:
    tree.put("0000:01:00.0")
    tree.put("0000:02:00.0")
    assert lanes(tree.slots()) == ["PCIe lanes: 01:00.0 x16, 02:00.0 x16 (both can do x16)"]


def test_one_card_at_x8_is_named(tree: Tree) -> None:
    tree.put("0000:01:00.0", width="8")
    assert lanes(tree.slots()) == [
        f"0000:01:00.0 GeForce GTX 1080 Ti: x8 of its x16 lanes; {MANUAL}"
    ]


def test_the_one_of_two_that_is_stuck_at_x4_is_named(tree: Tree) -> None:
    tree.put("0000:01:00.0", width="16")
    tree.put("0000:02:00.0", width="4")
    assert lanes(tree.slots()) == [
        f"0000:02:00.0 GeForce GTX 1080 Ti: x4 of its x16 lanes; {MANUAL}",
        "PCIe lanes: 01:00.0 x16, 02:00.0 x4 (both can do x16)",
    ]


def test_two_cards_at_x4_are_both_named(tree: Tree) -> None:
    tree.put("0000:01:00.0", width="4")
    tree.put("0000:02:00.0", width="4")
    assert len(lanes(tree.slots())) == 3


def test_cards_of_different_make_each_say_their_own(tree: Tree) -> None:
    tree.put("0000:01:00.0")
    tree.put("0001:02:00.0", width="8", max_width="8", device="0xffff")
    assert lanes(tree.slots()) == ["PCIe lanes: 01:00.0 x16 of x16, 0001:02:00.0 x8 of x8"]


def test_a_card_behind_a_slower_port_is_named(tree: Tree) -> None:
    tree.put("0000:01:00.0", device="0x2684", max_speed=GEN4, port_speed=GEN3)
    assert lanes(tree.slots()) == [
        f"0000:01:00.0 GeForce RTX 4090: a slot of 8 GT/s for a card of 16 GT/s; {MANUAL}"
    ]


def test_a_port_of_qemu_tells_nothing_of_the_slot(tree: Tree) -> None:
    tree.put("0000:01:00.0", max_speed=GEN4, port_speed=SLOW, port_vendor="0x1b36")
    [found] = tree.slots()
    assert found.port == Link(None, None, None, None)
    assert lanes([found]) == []


def test_a_virtual_machine_without_these_files_is_not_spoken_of(tree: Tree) -> None:
    for address in ("0000:00:05.0", "0000:00:06.0"):
        place = tree.root / "devices/pci0000:00" / address
        write(place, vendor="0x10de", device="0x2330", **{"class": "0x030200"})
        (tree.bus / address).symlink_to(place)
    nothing = Link(None, None, None, None)
    assert tree.slots()[0] == Slot("0000:00:05.0", "10de:2330", nothing, nothing, None)
    assert lanes(tree.slots()) == []


@pytest.mark.parametrize("width", ["0", "63", "255", ""])
def test_a_width_that_is_none_is_not_spoken_of(tree: Tree, width: str) -> None:
    tree.put("0000:01:00.0", width=width, speed="Unknown", max_speed="Unknown", node="-1")
    [found] = tree.slots()
    assert found.card == Link(None, 16, None, None)
    assert found.numa_node is None
    assert lanes([found]) == []


def test_only_cards_of_nvidia_are_read(tree: Tree) -> None:
    tree.put("0000:01:00.0", vendor="0x1002")
    tree.put("0000:02:00.0", kind="0x040300")  # a card's own sound
    tree.put("0000:03:00.0", kind="0x030200")
    assert [found.address for found in tree.slots()] == ["0000:03:00.0"]


def test_a_box_without_pci_says_nothing(tmp_path: Path) -> None:
    said = subprocess.check_output(["sh", "-c", read_command(str(tmp_path))], text=True)
    assert said == ""
