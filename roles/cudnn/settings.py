"""What a caller may decide about cuDNN."""

from __future__ import annotations

from typing import ClassVar

from pydantic import field_validator

from roles.settings import RoleSettings, wished


class Cudnn(RoleSettings):
    """Settings of the cudnn role."""

    role: ClassVar[str] = "cudnn"

    version: str | None = None
    """Headers and libraries for people who compile; frameworks bring their own. A version or prefix
    ("9.10.*"), "*" for any, "none". None: the newest that fits when the box has a CUDA toolkit."""

    _version = field_validator("version")(wished("cudnn"))
