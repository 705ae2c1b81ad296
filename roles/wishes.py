"""From a box's knobs to what it wishes of the solver, and back to the knobs' names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from roles.box.settings import Box
from roles.cuda.settings import Cuda
from roles.cudnn.settings import Cudnn
from roles.frameworks.settings import Frameworks
from roles.nccl.settings import Nccl
from roles.nvidia_driver.settings import NvidiaDriver
from roles.stack.problem import Remedy
from roles.stack.wheels import FrameworkName
from roles.stack.wish import COMPILERS, Wish

KNOB_OF = {
    "driver": "nvidia_driver_version",
    "flavour": "nvidia_driver_flavour",
    "driver_source": "nvidia_driver_source",
    "cuda": "cuda_versions",
    "cuda_compat": "cuda_compat",
    "cudnn": "cudnn_version",
    "nccl": "nccl_version",
    "pytorch": "frameworks_pytorch",
    "pytorch_variant": "frameworks_pytorch_variant",
    "tensorflow": "frameworks_tensorflow",
    "jax": "frameworks_jax",
    "jax_variant": "frameworks_jax_variant",
}
"""Wish -> knob, for those that a knob expresses."""


def wishes(data: Mapping[str, Any]) -> tuple[Wish, ...]:
    """Return what good host data asks of the stack."""
    return tuple(_wishes(data))


def more_toolkits(data: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the toolkits to have beside the first."""
    return tuple((Cuda.of(data).versions or [])[1:])


def remedy(data: Mapping[str, Any]) -> Remedy:
    """Return what to do where modules do not compile on a kernel."""
    return NvidiaDriver.of(data).remedy


def _wishes(data: Mapping[str, Any]) -> Iterator[Wish]:
    cuda = Cuda.of(data)
    first = {"cuda": (cuda.versions or ["none"])[0]} if cuda.versions is not None else {}
    given = {
        "driver": NvidiaDriver.of(data).version,
        "flavour": NvidiaDriver.of(data).flavour,
        "driver_source": NvidiaDriver.of(data).source,
        "cuda_compat": cuda.compat,
        "cudnn": Cudnn.of(data).version,
        "nccl": Nccl.of(data).version,
        **first,
        **_frameworks(Frameworks.of(data)),
    }
    if Box.of(data).profile == "framework_only":
        given |= dict.fromkeys(COMPILERS, "none")
    yield from (Wish(word, str(value)) for word, value in given.items() if value is not None)


def _frameworks(settings: Frameworks) -> dict[str, str | None]:
    asked = {
        word: getattr(settings, word)
        for word in ("pytorch", "pytorch_variant", "tensorflow", "jax", "jax_variant")
    }
    if settings.names is None:
        return asked
    for name in get_args(FrameworkName):
        asked[name] = (asked[name] or "*") if name in settings.names else "none"
    return asked
