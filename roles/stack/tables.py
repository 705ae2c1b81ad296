"""The catalogue as typed rows."""

from __future__ import annotations

from functools import cache

from roles.stack.catalog import read
from roles.stack.offers import Architecture, Framework, Library, System, Toolkit


@cache
def architectures() -> dict[str, Architecture]:
    """Architecture name -> row."""
    return {name: Architecture(**row) for name, row in read("architectures").items()}


@cache
def systems() -> dict[str, System]:
    """System, e.g. debian-13 -> row."""
    return {name: System(**row) for name, row in read("systems").items()}


@cache
def wheel_toolkits() -> tuple[Toolkit, ...]:
    """CUDA toolkits that come as wheels."""
    return tuple(Toolkit(**row) for row in read("wheels")["toolkits"])


@cache
def libraries(name: str) -> tuple[Library, ...]:
    """Rows of ``cudnn`` or ``nccl``."""
    return tuple(Library(**row) for row in read("wheels")[name])


@cache
def frameworks(name: str) -> tuple[Framework, ...]:
    """Rows of one framework, best first."""
    return tuple(Framework(**row) for row in read("wheels")["frameworks"][name])
