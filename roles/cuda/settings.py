"""What a caller may decide about the CUDA toolkits."""

from __future__ import annotations

from typing import ClassVar

from pydantic import field_validator

from roles.settings import RoleSettings, once, wished


class Cuda(RoleSettings):
    """Settings of the cuda role."""

    role: ClassVar[str] = "cuda"

    versions: list[str] | None = None
    """Toolkits to have side by side, e.g. `["12.4", "13.5"]`; the first is /usr/local/cuda and must
    suit the driver, the others are compilers. None: the newest that fits when the box has a GPU;
    `[]`: none."""

    compat: str | None = None
    """Release of NVIDIA's cuda-compat, which runs newer CUDA over an older driver; data centre
    cards only. None: not installed."""

    _compat = field_validator("compat")(wished("cuda_compat"))

    @field_validator("versions")
    @classmethod
    def _once(cls, versions: list[str] | None) -> list[str] | None:
        for version in versions or ():
            wished("cuda")(version)
        return versions if versions is None else once(versions)
