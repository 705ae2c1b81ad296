"""PCIe lanes and speed that each NVIDIA card got, compared with what it supports."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dlbox.stack.gpus import gpu_table

WIDTHS = {1, 2, 4, 8, 12, 16, 32}
"""Lanes that a link can have; the kernel writes 0, 63 or 255 if it does not know."""
EVEN = 8
"""Lanes that boards give each of two cards by design; reported once, as there is nothing to
correct."""
REMEDY = "move it to another slot or look at the board's manual"


def read_command(sysfs: str = "/sys") -> str:
    """Return shell that prints a ``pcie`` line per card, with values of the card and of its port.

    ``gpus`` comes from lib.sh.
    """
    return (
        f"sysfs={shlex.quote(sysfs)}\n"
        r"""
look() { value=; read -r value 2>/dev/null <"$1"; printf '|%s' "$value"; }
gpus "$sysfs" | while read -r address id; do
  device=$sysfs/bus/pci/devices/$address
  port=$(readlink -f "$device"); port=${port%/*}
  # 1b36: QEMU's own port, which tells nothing of the real slot.
  case $(cat "$port/vendor" 2>/dev/null) in 0x1b36) port=/dev/null ;; esac
  printf 'pcie %s|10de:%s' "$address" "$id"
  for place in "$device" "$port"; do
    for file in current_link_width max_link_width current_link_speed max_link_speed; do
      look "$place/$file"
    done
  done
  look "$device/numa_node"; echo
done
"""
    )


@dataclass(frozen=True)
class Link:
    """One end of a PCIe link; None: the value is unknown, as on virtual machines."""

    width: int | None
    max_width: int | None
    speed: float | None
    """GT/s."""
    max_speed: float | None


@dataclass(frozen=True)
class Slot:
    """A card and the port above it."""

    address: str
    """PCI address of the card, e.g. 0000:01:00.0."""
    id: str
    """PCI vendor:device, e.g. 10de:1b06."""
    card: Link
    port: Link
    numa_node: int | None

    @property
    def name(self) -> str:
        """Return the address and the name of the card."""
        gpu = gpu_table().get(self.id)
        return f"{self.address} {gpu.name if gpu else self.id}"


def slot(value: str) -> Slot:
    """Return the slot from the values after ``pcie`` in a line of the identity."""
    address, gpu, *words, node = value.split("|")
    numa = int(node) if node.isdigit() else None
    return Slot(address, gpu, _link(*words[:4]), _link(*words[4:]), numa)


def _link(width: str, max_width: str, speed: str, max_speed: str) -> Link:
    return Link(_width(width), _width(max_width), _speed(speed), _speed(max_speed))


def _width(word: str) -> int | None:
    return int(word) if word.isdigit() and int(word) in WIDTHS else None


def _speed(word: str) -> float | None:
    number, _, unit = word.partition(" ")
    return float(number) if unit.startswith("GT/s") else None


def lanes(slots: Iterable[Slot]) -> list[str]:
    """Return warnings about cards that have fewer lanes or a slower slot than they are made for.

    If the box has several cards, one more line gives the lanes of each.
    """
    known = [s for s in slots if s.card.width and s.card.max_width]
    got = {(s.card.width, s.card.max_width) for s in known}
    shared = len(known) > 1 and len(got) == 1 and (known[0].card.width or 0) >= EVEN
    short = [f"{s.name}: {what}; {REMEDY}" for s in known for what in _short(s, shared=shared)]
    return short + ([_each(known)] if len(known) > 1 else [])


def _short(slot: Slot, *, shared: bool) -> Iterator[str]:
    card, port = slot.card, slot.port
    if card.width and card.max_width and card.width < card.max_width and not shared:
        yield f"x{card.width} of its x{card.max_width} lanes"
    # Do not compare the present speed: an idle card lowers it to 2.5 GT/s by itself.
    if port.max_speed and card.max_speed and port.max_speed < card.max_speed:
        yield f"a slot of {port.max_speed:g} GT/s for a card of {card.max_speed:g} GT/s"


def _each(slots: list[Slot]) -> str:
    most = {s.card.max_width for s in slots}
    words = [f"{s.address.removeprefix('0000:')} x{s.card.width}" for s in slots]
    if len(most) > 1:
        words = [f"{word} of x{s.card.max_width}" for word, s in zip(words, slots, strict=True)]
        return f"PCIe lanes: {', '.join(words)}"
    all_of_them = "both" if len(slots) == 2 else "all"  # noqa: PLR2004
    return f"PCIe lanes: {', '.join(words)} ({all_of_them} can do x{most.pop()})"
