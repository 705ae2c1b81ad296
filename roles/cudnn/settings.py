"""The settings of cuDNN."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from pydantic import field_validator

from dlbox.settings.model import RoleSettings, constraint_validator


class Cudnn(RoleSettings):
    """Settings of the cudnn role."""

    role: ClassVar[str] = "cudnn"
    constrains: ClassVar[Mapping[str, str]] = {"cudnn": "version"}

    version: str | None = None
    """Headers and libraries for people who compile; frameworks bring their own. A version or
    prefix ("9.10.*"), "*" for any, "none". None: the newest that fits if the box has a CUDA
    toolkit."""

    _version = field_validator("version")(constraint_validator("cudnn"))
