"""The driver: one branch and one module flavour for all cards of the box, or why there is none."""

from __future__ import annotations

from collections.abc import Sequence

from roles.stack.gpus import Gpu
from roles.stack.model import Driver, Refused
from roles.stack.offers import Architecture, DriverOffer, Flavour, System
from roles.stack.tables import architectures

OPEN_BY_DEFAULT_SINCE = 560
"""Branch with which NVIDIA's installer began to prefer the open modules (its blog, July 2024)."""


def architecture(gpu: Gpu) -> tuple[str, Architecture]:
    """Name and row of the card's architecture."""
    return next((n, a) for n, a in architectures().items() if gpu.chip.startswith(a.chips))


def driver(gpus: Sequence[Gpu], system: str, offer: System, wish: Flavour | None) -> Driver:
    """Return the distribution's driver, if it drives every card, in a flavour they share."""
    if offer.driver is None:
        msg = f"{system} has no driver in the table yet; box_gpus = [] makes it a CPU-only box"
        raise Refused(msg)
    flavours = [_flavours(gpu, system, offer.driver, wish) for gpu in gpus]
    shared: list[Flavour] = [
        f for f in flavours[0] if all(f in allowed for allowed in flavours)
    ]
    if not shared:
        msg = "the cards share no kernel module flavour: no one driver drives them all"
        raise Refused(msg)
    prefer_open = offer.driver.branch >= OPEN_BY_DEFAULT_SINCE and "open" in shared
    flavour = wish or ("open" if prefer_open else shared[0])
    return Driver(branch=offer.driver.branch, flavour=flavour)


def _flavours(
    gpu: Gpu, system: str, offer: DriverOffer, wish: Flavour | None
) -> tuple[Flavour, ...]:
    name, row = architecture(gpu)
    if name not in offer.architectures:
        last = f"; its last branch was {row.last_driver}" if row.last_driver else ""
        last = f"; it needs {row.first_driver} or newer" if row.first_driver else last
        msg = f"{gpu.name} ({name}) is not driven by {system}'s driver {offer.branch}{last}"
        raise Refused(msg)
    if row.flavours == "unknown":
        msg = f"which kernel modules drive a {gpu.name} ({name}) is unknown"
        raise Refused(msg)
    if wish and wish not in row.flavours:
        takes = " or ".join(f"{flavour!r}" for flavour in row.flavours)
        msg = f"nvidia_driver_flavour = {wish!r} does not drive a {gpu.name} ({name}); take {takes}"
        raise Refused(msg)
    return row.flavours
