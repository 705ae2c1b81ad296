"""What a caller may decide about NCCL."""

from __future__ import annotations

from typing import ClassVar

from pydantic import field_validator

from roles.settings import RoleSettings, wished


class Nccl(RoleSettings):
    """Settings of the nccl role."""

    role: ClassVar[str] = "nccl"

    version: str | None = None
    """Library and headers; frameworks bring their own. A version or prefix ("2.27.*"), "*" for any,
    "none". None: the newest that fits when the box has two or more GPUs and a CUDA toolkit."""

    _version = field_validator("version")(wished("nccl"))
