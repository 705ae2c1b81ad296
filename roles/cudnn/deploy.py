"""Install the planned cuDNN."""

from __future__ import annotations

from pyinfra.api import deploy

from roles.box.library_built import library
from roles.box.plan import Plan
from roles.cudnn.owned import owned


@deploy("cuDNN")
def cudnn(plan: Plan) -> None:
    """Have the cuDNN that fits the cards and the first toolkit."""
    row = plan.stack.cudnn
    if row:
        library("cudnn", "cuDNN", row, owned(row))
