"""From the cards, the system and the wishes to one stack, or a reason why there is none."""

from __future__ import annotations

from collections.abc import Sequence

from roles.stack import layers
from roles.stack.gpus import Gpu
from roles.stack.model import Library, Refused, Stack, Toolkit, Wishes
from roles.stack.tables import systems


def solve(gpus: Sequence[Gpu], system: str, wishes: Wishes) -> Stack:
    """Return the stack for a box with ``gpus`` under ``system``, e.g. debian-13. Raises Refused."""
    if system not in systems():
        msg = f"{system} is not supported; take {', '.join(systems())}"
        raise Refused(msg)
    offer = systems()[system]
    driver = layers.driver(gpus, system, offer, wishes.flavour) if gpus else None
    toolkits = layers.toolkits(gpus, offer, wishes.cuda)
    branch = driver.branch if driver else None
    return Stack(
        system=system,
        cards=tuple(gpus),
        driver=driver,
        toolkits=toolkits,
        cudnn=_library("cudnn", toolkits, gpus, wish=wishes.cudnn, default=True),
        nccl=_library("nccl", toolkits, gpus, wish=wishes.nccl, default=len(gpus) > 1),
        frameworks={
            name: layers.framework(name, gpus, branch, offer.python)
            for name in wishes.frameworks
        },
    )


def _library(
    name: str,
    toolkits: Sequence[Toolkit],
    gpus: Sequence[Gpu],
    *,
    wish: bool | None,
    default: bool,
) -> Library | None:
    if not toolkits:
        if wish:
            msg = f"{name}_install = True needs a CUDA toolkit; name one in cuda_versions"
            raise Refused(msg)
        return None
    wanted = default if wish is None else wish
    return layers.library(name, toolkits[0], gpus) if wanted else None
