"""Rows of the catalogue: what there is, and for which cards and systems."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

Flavour = Literal["open", "proprietary"]


class Row(BaseModel):
    """Frozen and closed, so that a misspelt field in the catalogue is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Architecture(Row):
    """One GPU architecture; fields as catalog/architectures.yaml explains them."""

    chips: str
    first_driver: int | None
    last_driver: int | None
    flavours: tuple[Flavour, ...] | Literal["unknown"]
    last_cuda: int | None
    last_cudnn: str | None
    source: str


class Toolkit(Row):
    """A CUDA toolkit: of the distribution or from wheels (lock)."""

    release: str
    home: str
    """Where its bin/ lies: a path of the box, or, for wheels, a folder of their tree."""
    min_driver: int
    first_capability: str
    last_capability: str
    lock: str | None = None
    disk_gb: float = 3.0
    source: str = "the distribution"

    @property
    def packaged(self) -> bool:
        """Whether it is the distribution's own."""
        return self.lock is None

    @property
    def major(self) -> int:
        """CUDA major, which cuDNN and NCCL must share."""
        return int(self.release.partition(".")[0])


class Library(Row):
    """cuDNN or NCCL, from one wheel."""

    cuda: int
    version: str
    lock: str
    package: str
    disk_gb: float
    source: str


class Framework(Row):
    """One framework's wheels and the CUDA libraries they bring along."""

    version: str
    lock: str
    cuda: str
    cudnn: str
    nccl: str
    min_driver: int
    first_capability: str
    last_capability: str
    first_python: str
    last_python: str
    disk_gb: float
    source: str


class DriverOffer(Row):
    """The driver a distribution packages."""

    branch: int
    architectures: tuple[str, ...]


class System(Row):
    """What a distribution itself packages; None: nothing, or not in the table yet."""

    codename: str
    python: str
    driver: DriverOffer | None
    toolkit: Toolkit | None
    source: str
