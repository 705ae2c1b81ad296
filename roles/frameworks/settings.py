"""What a caller may decide about the frameworks."""

from __future__ import annotations

from typing import ClassVar

from pydantic import field_validator

from roles.settings import RoleSettings, once, wished
from roles.stack.wheels import FrameworkName


class Frameworks(RoleSettings):
    """Settings of the frameworks role."""

    role: ClassVar[str] = "frameworks"

    names: list[FrameworkName] | None = None
    """Frameworks the box must have, one venv each under /opt/dlbox/venvs; "tensorflow" brings Keras.
    None: PyTorch and TensorFlow, each if it has code for the cards."""

    pytorch: str | None = None
    """Version or prefix of PyTorch, e.g. "2.9". None: the newest that fits."""

    pytorch_variant: str | None = None
    """PyTorch's CUDA variant, e.g. "cu126". None: that of the newest release that fits."""

    tensorflow: str | None = None
    """Version or prefix of TensorFlow. None: the newest that fits."""

    jax: str | None = None
    """Version or prefix of JAX. None: the newest that fits, if it is among the names."""

    jax_variant: str | None = None
    """JAX's CUDA variant, "cuda12" or "cuda13", which asks for JAX too. None: that of the newest
    release that fits."""

    _pytorch = field_validator("pytorch")(wished("pytorch"))
    _pytorch_variant = field_validator("pytorch_variant")(wished("pytorch_variant"))
    _tensorflow = field_validator("tensorflow")(wished("tensorflow"))
    _jax = field_validator("jax")(wished("jax"))
    _jax_variant = field_validator("jax_variant")(wished("jax_variant"))

    @field_validator("names")
    @classmethod
    def _once(cls, names: list[FrameworkName] | None) -> list[FrameworkName] | None:
        return names if names is None else once(names)
