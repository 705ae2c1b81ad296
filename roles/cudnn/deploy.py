"""Install the planned cuDNN."""

from __future__ import annotations

from pyinfra.api import deploy

from roles.box.library import library
from roles.box.plan import Plan

HEADERS = tuple(
    f"cudnn{part}.h" for part in ("", "_adv", "_backend", "_cnn", "_graph", "_ops", "_version")
)
LIBRARIES = (
    "cudnn",
    "cudnn_adv",
    "cudnn_cnn",
    "cudnn_engines_precompiled",
    "cudnn_engines_runtime_compiled",
    "cudnn_graph",
    "cudnn_heuristic",
    "cudnn_ops",
)


@deploy("cuDNN")
def cudnn(plan: Plan) -> None:
    """Have the cuDNN that fits the cards and the first toolkit."""
    if plan.stack.cudnn:
        library("cudnn", "cuDNN", plan.stack.cudnn, HEADERS, LIBRARIES)
