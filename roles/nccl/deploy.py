"""Install the planned NCCL."""

from __future__ import annotations

from pyinfra.api import deploy

from roles.box.library import library
from roles.box.plan import Plan

HEADERS = ("nccl.h",)
LIBRARIES = ("nccl",)


@deploy("NCCL")
def nccl(plan: Plan) -> None:
    """Have the NCCL that fits the first toolkit."""
    if plan.stack.nccl:
        library("nccl", "NCCL", plan.stack.nccl, HEADERS, LIBRARIES)
