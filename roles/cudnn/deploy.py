"""Install the planned cuDNN."""

from __future__ import annotations

from pyinfra.api import deploy

from dlbox.host.cuda_library import install_library
from dlbox.host.layout import LIBRARIES
from dlbox.plan.plan import Plan
from roles.cudnn.manifest import manifest


@deploy("cuDNN")
def cudnn(plan: Plan) -> None:
    """Install the cuDNN that fits the cards and the first toolkit."""
    row = plan.stack.cudnn
    if row:
        tree = plan.wheel_tree(f"{LIBRARIES}/cudnn", row.lock)
        install_library("cuDNN", row, tree, manifest(plan.settings, plan.stack))
