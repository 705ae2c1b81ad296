"""The settings of NCCL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from pydantic import field_validator

from dlbox.settings.model import RoleSettings, constraint_validator


class Nccl(RoleSettings):
    """Settings of the nccl role."""

    role: ClassVar[str] = "nccl"
    constrains: ClassVar[Mapping[str, str]] = {"nccl": "version"}

    version: str | None = None
    """Library and headers; frameworks bring their own. A version or prefix ("2.27.*"), "*" for
    any, "none". None: the newest that fits if the box has two or more GPUs and a CUDA
    toolkit."""

    _version = field_validator("version")(constraint_validator("nccl"))
