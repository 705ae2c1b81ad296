"""Rows of the catalogue: what there is, and for which cards and systems."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict

Flavour = Literal["open", "proprietary"]
Source = Literal["distro", "nvidia"]


class Row(BaseModel):
    """Frozen and closed, so that a misspelt field in the catalogue is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Unknown(Row):
    """A fact that nobody has established; it is treated as *not allowed*."""

    unknown: str
    """What would settle it."""


class Architecture(Row):
    """One GPU architecture; fields as catalog/architectures.yaml explains them."""

    chips: str
    first_driver: int | None
    last_driver: int | None
    first_driver_by_id: dict[str, int] = {}
    flavours: tuple[Flavour, ...] | Unknown
    last_cudnn: str | Unknown | None
    source: str


class Branch(Row):
    """One driver branch; fields as catalog/drivers.yaml explains them."""

    kind: str | Unknown
    until: date | Literal["ended"] | Unknown
    cuda: str
    flavours: tuple[Flavour, ...]
    versions: tuple[str, ...]
    withdrawn: tuple[str, ...] = ()
    source: str


class PackageNames(Row):
    """The driver's package names; fields as catalog/packages.yaml explains them."""

    source: Source
    family: Literal["debian", "ubuntu"]
    branches: tuple[int | None, int | None]
    module: dict[Flavour, str]
    same: tuple[str, ...]
    own: tuple[str, ...]
    desktop: tuple[str, ...]
    fabric: str | None = None
    nvlsm: tuple[str, ...] = ()
    origin: str


class BadKernel(Row):
    """Kernels that a driver's modules do not compile on."""

    driver: str
    flavour: Flavour
    series: str
    first: str
    error: str
    source: str


class Compat(Row):
    """A cuda-compat package; fields as catalog/compat.yaml explains them."""

    driver: int
    over: tuple[int, ...] | Unknown
    source: str
