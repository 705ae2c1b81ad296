"""The settings of the frameworks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, get_args

from pydantic import field_validator
from typing_extensions import override

from dlbox.settings.model import RoleSettings, constraint_validator, unique
from dlbox.stack.catalog_schema import FrameworkName
from dlbox.stack.constraint import Requirements


class Frameworks(RoleSettings):
    """Settings of the frameworks role."""

    role: ClassVar[str] = "frameworks"
    constrains: ClassVar[Mapping[str, str]] = {
        word: word
        for word in ("pytorch", "pytorch_variant", "tensorflow", "jax", "jax_variant")
    }

    names: list[FrameworkName] | None = None
    """Frameworks that the box must have, one venv each under /opt/dlbox/venvs; "tensorflow"
    brings Keras. None: PyTorch and TensorFlow, each if it has code for the cards."""

    pytorch: str | None = None
    """Version or prefix of PyTorch, e.g. "2.9". None: the newest that fits."""

    pytorch_variant: str | None = None
    """CUDA variant of PyTorch, e.g. "cu126". None: the variant of the newest release that
    fits."""

    tensorflow: str | None = None
    """Version or prefix of TensorFlow. None: the newest that fits."""

    jax: str | None = None
    """Version or prefix of JAX. None: the newest that fits, if `frameworks_names` contains "jax"."""

    jax_variant: str | None = None
    """CUDA variant of JAX, "cuda12" or "cuda13"; setting it also asks for JAX. None: the
    variant of the newest release that fits."""

    @override
    def requirements(self) -> Requirements:
        requested = super().requirements()
        if self.names is None:
            return requested
        named = {
            name: requested.values.get(name, "*") if name in self.names else "none"
            for name in get_args(FrameworkName)
        }
        return requested | Requirements(named)

    _pytorch = field_validator("pytorch")(constraint_validator("pytorch"))
    _pytorch_variant = field_validator("pytorch_variant")(
        constraint_validator("pytorch_variant")
    )
    _tensorflow = field_validator("tensorflow")(constraint_validator("tensorflow"))
    _jax = field_validator("jax")(constraint_validator("jax"))
    _jax_variant = field_validator("jax_variant")(constraint_validator("jax_variant"))

    @field_validator("names")
    @classmethod
    def _once(cls, names: list[FrameworkName] | None) -> list[FrameworkName] | None:
        return names if names is None else unique(names)
