"""CUDA, cuDNN, NCCL and frameworks: what all cards of the box can be given, or why nothing can."""

from __future__ import annotations

from collections.abc import Sequence

from roles.stack.drivers import architecture
from roles.stack.gpus import Gpu, sm
from roles.stack.model import Refused
from roles.stack.offers import Framework, Library, System, Toolkit
from roles.stack.tables import frameworks, libraries, wheel_toolkits


def order(version: str) -> tuple[int, ...]:
    """Sort key of a dotted version."""
    return tuple(int(part) for part in version.split("."))


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
