"""Rows of the catalogue about what holds CUDA code: toolkits, libraries and frameworks."""

from __future__ import annotations

from typing import Literal

from pydantic import field_validator

from roles.stack.offers import Row, Unknown

Archs = tuple[str, ...] | Unknown


def words(archs: object) -> object:
    """Read ``sm_60 sm_70`` as a list; what is unknown stays so."""
    return tuple(archs.split()) if isinstance(archs, str) else archs


class CodeRow(Row):
    """What has, or makes, machine code for some cards."""

    archs: Archs
    source: str

    _words = field_validator("archs", mode="before")(words)


class ToolkitRelease(CodeRow):
    """One release of the CUDA toolkit, wherever it comes from."""

    own_driver: int | Unknown


class Major(Row):
    """What all toolkits of one CUDA major share."""

    min_driver: int
    source: str


class WheelToolkit(Row):
    """A toolkit from wheels."""

    home: str
    disk_gb: float
    source: str


class Toolkits(Row):
    """catalog/cuda.yaml."""

    majors: dict[int, Major]
    toolkits: dict[str, ToolkitRelease]
    wheels: dict[str, WheelToolkit]


class LibraryRow(CodeRow):
    """cuDNN or NCCL, from one wheel."""

    cuda: int
    version: str
    disk_gb: float


class FrameworkRow(CodeRow):
    """One framework's wheels and the CUDA libraries they bring along."""

    version: str
    variant: str
    index: str | None = None
    python: tuple[str, str]
    cuda: str
    cudnn: str
    nccl: str
    ptx_cuda: str | None = None
    """CUDA its PTX was made with; None: ``cuda``."""
    locked: bool = False
    last: bool = False
    disk_gb: float


FrameworkName = Literal["pytorch", "tensorflow", "jax"]
