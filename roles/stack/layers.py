"""One choice per layer: what all cards of the box can be given, or why nothing can."""

from __future__ import annotations

from collections.abc import Sequence

from roles.stack.gpus import Gpu, sm
from roles.stack.model import (
    Architecture,
    Driver,
    Flavour,
    Framework,
    Library,
    Refused,
    Toolkit,
)
from roles.stack.tables import (
    DriverOffer,
    System,
    architectures,
    frameworks,
    libraries,
    wheel_toolkits,
)

OPEN_BY_DEFAULT_SINCE = 560
"""Branch with which NVIDIA's installer began to prefer the open modules (its blog, July 2024)."""


def order(version: str) -> tuple[int, ...]:
    """Sort key of a dotted version."""
    return tuple(int(part) for part in version.split("."))


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


def toolkits(
    gpus: Sequence[Gpu], offer: System, wish: tuple[str, ...] | None
) -> tuple[Toolkit, ...]:
    """Return the wished toolkits, the first being the box's own; by default the distribution's."""
    known = {row.release: row for row in (offer.toolkit, *wheel_toolkits()) if row}
    if wish is None:
        wish = (offer.toolkit.release,) if gpus and offer.toolkit else ()
    return tuple(_toolkit(release, known, gpus) for release in wish)


def _toolkit(release: str, known: dict[str, Toolkit], gpus: Sequence[Gpu]) -> Toolkit:
    if release not in known:
        msg = f"cuda_versions: there is no {release} for this system; take {' or '.join(known)}"
        raise Refused(msg)
    row = known[release]
    for gpu in gpus:
        if not covers(row, [gpu]):
            fits = [r for r in known if covers(known[r], [gpu])] or ["none"]
            msg = f"CUDA {release} does not compile for a {gpu.name} ({sm(gpu.capability)}); take {' or '.join(fits)}"
            raise Refused(msg)
    return row


def library(name: str, toolkit: Toolkit, gpus: Sequence[Gpu]) -> Library:
    """Return cuDNN or NCCL for the toolkit's CUDA major, with code for every card."""
    row = next(row for row in libraries(name) if row.cuda == toolkit.major)
    for gpu in gpus:
        arch, limits = architecture(gpu)
        last = limits.last_cudnn
        if name == "cudnn" and last and order(row.version)[:3] > order(last):
            msg = (
                f"cuDNN {row.version} has no code for a {gpu.name} ({arch}); its last is {last}"
            )
            raise Refused(msg)
    return row


def framework(name: str, gpus: Sequence[Gpu], branch: int | None, python: str) -> Framework:
    """Return the first release with machine code for every card and wheels for this Python."""
    rows = frameworks(name)
    pythons = [
        r for r in rows if order(r.first_python) <= order(python) <= order(r.last_python)
    ]
    if not pythons:
        msg = f"{name} has no wheel for Python {python}; leave it out of frameworks_names"
        raise Refused(msg)
    fits = [
        r for r in pythons if covers(r, gpus) and (branch is None or branch >= r.min_driver)
    ]
    if not fits:
        cards = ", ".join(sorted({f"{gpu.name} ({sm(gpu.capability)})" for gpu in gpus}))
        msg = f"no {name} wheel holds code for {cards}; leave it out of frameworks_names"
        raise Refused(msg)
    return fits[0]


def covers(row: Toolkit | Framework, gpus: Sequence[Gpu]) -> bool:
    """Whether the row has (or makes) machine code for all these cards."""
    first, last = order(row.first_capability), order(row.last_capability)
    return all(first <= order(gpu.capability) <= last for gpu in gpus)
