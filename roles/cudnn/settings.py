"""What a caller may decide about cuDNN."""

from __future__ import annotations

from typing import ClassVar

from roles.settings import RoleSettings


class Cudnn(RoleSettings):
    """Settings of the cudnn role."""

    role: ClassVar[str] = "cudnn"

    install: bool | None = None
    """Headers and libraries for people who compile; frameworks bring their own. None: when the
    box has a CUDA toolkit."""
