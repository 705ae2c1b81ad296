"""What a caller may decide about the CUDA toolkits."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field, field_validator

from roles.settings import RoleSettings, once

Release = Annotated[str, Field(pattern=r"^\d+\.\d+$")]


class Cuda(RoleSettings):
    """Settings of the cuda role."""

    role: ClassVar[str] = "cuda"

    versions: list[Release] | None = None
    """Toolkits to have side by side, e.g. `["12.4", "13.5"]`; the first is /usr/local/cuda.
    None: the distribution's own when the box has a GPU; `[]`: none."""

    @field_validator("versions")
    @classmethod
    def _once(cls, versions: list[Release] | None) -> list[Release] | None:
        return versions if versions is None else once(versions)
