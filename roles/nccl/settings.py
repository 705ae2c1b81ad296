"""What a caller may decide about NCCL."""

from __future__ import annotations

from typing import ClassVar

from roles.settings import RoleSettings


class Nccl(RoleSettings):
    """Settings of the nccl role."""

    role: ClassVar[str] = "nccl"

    install: bool | None = None
    """Library and headers; frameworks bring their own. None: when the box has two or more GPUs
    and a CUDA toolkit."""
