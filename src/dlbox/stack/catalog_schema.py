"""Row types of the catalogue: which versions exist, and for which cards and systems."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, field_validator

Flavour = Literal["open", "proprietary"]
Source = Literal["distro", "nvidia"]


class Row(BaseModel):
    """A frozen row without extra fields, so that a misspelt field in the catalogue is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Unknown(Row):
    """A fact that has not been established; it is treated as *not allowed*."""

    unknown: str
    """The finding that would settle it."""


class Architecture(Row):
    """One GPU architecture; catalog/architectures.yaml explains the fields."""

    chips: str
    first_driver: int | None
    last_driver: int | None
    first_driver_by_id: dict[str, int] = {}
    flavours: tuple[Flavour, ...] | Unknown
    last_cudnn: str | Unknown | None
    source: str


class Branch(Row):
    """One driver branch; catalog/drivers.yaml explains the fields."""

    kind: str | Unknown
    until: date | Literal["ended"] | Unknown
    cuda: str
    flavours: tuple[Flavour, ...]
    versions: tuple[str, ...]
    withdrawn: tuple[str, ...] = ()
    source: str


class PackageNames(Row):
    """The names of the driver's packages; catalog/packages.yaml explains the fields."""

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
    """Kernels on which a driver's modules do not compile."""

    driver: str
    flavour: Flavour
    series: str
    first: str
    error: str
    source: str


class Compat(Row):
    """A cuda-compat package; catalog/compat.yaml explains the fields."""

    driver: int
    over: tuple[int, ...] | Unknown
    source: str


class PackagedDriver(Row):
    """A driver that a distribution packages."""

    branch: int
    version: str
    until: date | None = None
    """None means for as long as NVIDIA supports the branch."""
    until_reason: str = ""
    source: str


class PackagedToolkit(Row):
    """A CUDA toolkit that a distribution packages."""

    release: str
    home: str
    source: str


class NvidiaStock(Row):
    """What NVIDIA's apt repository offers for a system."""

    tag: str
    drivers: tuple[int, ...]
    toolkits: tuple[str, ...]
    drivers_unknown: dict[int, Unknown]
    """Branches of which it is unknown whether the repository has them."""
    toolkits_unknown: dict[str, Unknown]
    source: str


class System(Row):
    """A release of a distribution; catalog/systems.yaml explains the fields."""

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
    """Split ``sm_60 sm_70`` into a tuple; return anything else, such as an unknown, unchanged."""
    return tuple(archs.split()) if isinstance(archs, str) else archs


class CodeRow(Row):
    """Something that contains or generates machine code for some cards."""

    archs: Archs
    source: str

    _words = field_validator("archs", mode="before")(words)


class ToolkitRelease(CodeRow):
    """One release of the CUDA toolkit, from whatever source."""

    own_driver: int | Unknown


class Major(Row):
    """The facts that all toolkits of one CUDA major version share."""

    min_driver: int
    source: str


class WheelToolkit(Row):
    """A toolkit that is installed from wheels."""

    home: str
    disk_gb: float
    source: str


class Toolkits(Row):
    """The contents of catalog/cuda.yaml."""

    majors: dict[int, Major]
    toolkits: dict[str, ToolkitRelease]
    wheels: dict[str, WheelToolkit]


class LibraryRow(CodeRow):
    """cuDNN or NCCL, from one wheel."""

    cuda: int
    version: str
    disk_gb: float


class FrameworkRow(CodeRow):
    """The wheels of one framework release, and the CUDA libraries that they bring."""

    version: str
    variant: str
    index: str | None = None
    python: tuple[str, str]
    cuda: str
    cudnn: str
    nccl: str
    ptx_cuda: str | None = None
    """The CUDA release that its PTX was made with; None means ``cuda``."""
    locked: bool = False
    last: bool = False
    disk_gb: float


FrameworkName = Literal["pytorch", "tensorflow", "jax"]
