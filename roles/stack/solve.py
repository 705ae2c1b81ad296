"""From the cards, the system and the wishes to one stack, or a reason why there is none."""

from __future__ import annotations

from collections.abc import Sequence

from roles.stack import drivers, layers
from roles.stack.gpus import Gpu
from roles.stack.model import Refused, Stack, Wishes
from roles.stack.offers import Library, Toolkit
from roles.stack.tables import systems


def solve(gpus: Sequence[Gpu], system: str, wishes: Wishes) -> Stack:
    """Return the stack for a box with ``gpus`` under ``system``, e.g. debian-13. Raises Refused."""
    if system not in systems():
        msg = f"{system} is not supported; take {', '.join(systems())}"
        raise Refused(msg)
    offer = systems()[system]
    driver = drivers.driver(gpus, system, offer, wishes.flavour) if gpus else None
    toolkits = layers.toolkits(gpus, offer, wishes.cuda)
    branch = driver.branch if driver else None
    stack = Stack(
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
        skipped={},
    )
    return stack.model_copy(update={"skipped": _skipped(stack, wishes)})


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


def _skipped(stack: Stack, wishes: Wishes) -> dict[str, str]:
    cards = len(stack.cards)
    no_gpu = "no GPU, by declaration or on the PCI bus"
    why = {} if cards else {"driver": no_gpu}
    if not stack.toolkits:
        reason = "cuda_versions = []" if wishes.cuda == () else no_gpu
        return {**why, "CUDA, cuDNN, NCCL": reason}
    if not stack.cudnn:
        why["cuDNN"] = "cudnn_install = False"
    if not stack.nccl:
        count = "one GPU" if cards else "no GPU"
        why["NCCL"] = (
            f"{count}; nccl_install = True brings it all the same"
            if wishes.nccl is None
            else "nccl_install = False"
        )
    return why
