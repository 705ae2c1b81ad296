"""The settings of the CUDA toolkits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from pydantic import field_validator
from typing_extensions import override

from dlbox.settings.model import RoleSettings, constraint_validator, unique
from dlbox.stack.constraint import Requirements


class Cuda(RoleSettings):
    """Settings of the cuda role."""

    role: ClassVar[str] = "cuda"
    constrains: ClassVar[Mapping[str, str]] = {"cuda": "versions", "cuda_compat": "compat"}

    versions: list[str] | None = None
    """Toolkits to install side by side, e.g. `["12.4", "13.5"]`; the first is /usr/local/cuda
    and must suit the driver, the others are compilers. None: the newest that fits if the box
    has a GPU; `[]`: none."""

    compat: str | None = None
    """Release of NVIDIA's cuda-compat, which runs a newer CUDA over an older driver, on data
    centre cards only. None: not installed."""

    @override
    def requirements(self) -> Requirements:
        # The list holds the first toolkit, which the solver places, and compilers beside it.
        first, *more = self.versions or ["none"]
        asked = super().requirements()
        if self.versions is None:
            return asked
        return asked | Requirements({"cuda": first}, more_toolkits=tuple(more))

    _compat = field_validator("compat")(constraint_validator("cuda_compat"))

    @field_validator("versions")
    @classmethod
    def _once(cls, versions: list[str] | None) -> list[str] | None:
        for version in versions or ():
            constraint_validator("cuda")(version)
        return versions if versions is None else unique(versions)
