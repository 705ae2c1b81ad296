"""What a caller may decide about the frameworks."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import field_validator

from roles.settings import RoleSettings, once

Name = Literal["pytorch", "tensorflow", "jax"]


class Frameworks(RoleSettings):
    """Settings of the frameworks role."""

    role: ClassVar[str] = "frameworks"

    names: list[Name] = ["pytorch", "tensorflow"]
    """Frameworks, one venv each under /opt/dlbox/venvs; "tensorflow" brings Keras."""

    @field_validator("names")
    @classmethod
    def _once(cls, names: list[Name]) -> list[Name]:
        return once(names)
