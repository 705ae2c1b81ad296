"""Install the planned NCCL."""

from __future__ import annotations

from pyinfra.api import deploy

from dlbox.host.cuda_library import install_library
from dlbox.host.layout import LIBRARIES
from dlbox.plan.plan import Plan
from roles.nccl.manifest import manifest


@deploy("NCCL")
def nccl(plan: Plan) -> None:
    """Install the NCCL that fits the first toolkit."""
    row = plan.stack.nccl
    if row:
        tree = plan.wheel_tree(f"{LIBRARIES}/nccl", row.lock)
        install_library("NCCL", row, tree, manifest(plan.settings, plan.stack))
