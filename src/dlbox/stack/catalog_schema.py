"""Rows of the catalogue: what there is, and for which cards and systems."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, field_validator

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


class PackagedDriver(Row):
    """The driver a distribution packages."""

    branch: int
    version: str
    until: date | None = None
    """None: as long as NVIDIA supports the branch."""
    until_reason: str = ""
    source: str


class PackagedToolkit(Row):
    """A CUDA toolkit that a distribution packages."""

    release: str
    home: str
    source: str


class NvidiaStock(Row):
    """What NVIDIA's apt repository has for a system."""

    tag: str
    drivers: tuple[int, ...]
    toolkits: tuple[str, ...]
    drivers_unknown: dict[int, Unknown]
    """Branches that it may or may not have."""
    toolkits_unknown: dict[str, Unknown]
    source: str


class System(Row):
    """A distribution's release; fields as catalog/systems.yaml explains them."""

    codename: str
    family: Literal["debian", "ubuntu"]
    until: date
    python: str
    glibc: str
    drivers: tuple[PackagedDriver, ...]
    toolkits: tuple[PackagedToolkit, ...]
    nvidia: NvidiaStock
    source: str


class Key(Row):
    """A key that signs NVIDIA's repository."""

    fingerprint: str
    tags: tuple[str, ...]
    shipped: bool
    source: str


class AptSource(Row):
    """An apt repository outside the distribution."""

    url: str
    label: str
    keys: dict[str, Key]
    source: str


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
