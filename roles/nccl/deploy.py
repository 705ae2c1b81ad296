"""Install the planned NCCL."""

from __future__ import annotations

from pyinfra.api import deploy

from roles.box.library_built import library
from roles.box.plan import Plan
from roles.nccl.owned import owned


@deploy("NCCL")
def nccl(plan: Plan) -> None:
    """Have the NCCL that fits the first toolkit."""
    row = plan.stack.nccl
    if row:
        library("nccl", "NCCL", row, owned(row))
