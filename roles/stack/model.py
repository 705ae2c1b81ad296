"""What the catalogue offers, what a box may wish for, and the stack that comes out."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from roles.stack.gpus import Gpu

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


class Driver(Row):
    """The kernel modules and the user space that goes with them."""

    branch: int
    flavour: Flavour


class Wishes(Row):
    """What the box's settings narrow down; None leaves the choice to the table."""

    flavour: Flavour | None = None
    cuda: tuple[str, ...] | None = None
    cudnn: bool | None = None
    nccl: bool | None = None
    frameworks: tuple[str, ...] = ("pytorch", "tensorflow")


class Stack(Row):
    """What a box gets, layer by layer."""

    system: str
    cards: tuple[Gpu, ...]
    driver: Driver | None
    toolkits: tuple[Toolkit, ...]
    cudnn: Library | None
    nccl: Library | None
    frameworks: dict[str, Framework]

    @property
    def capabilities(self) -> tuple[str, ...]:
        """Compute capabilities of the cards, each once."""
        return tuple(sorted({card.capability for card in self.cards}))

    @property
    def disk_gb(self) -> float:
        """Disk (GB) the stack takes, measured on test boxes and rounded up."""
        driver = 1.0 if self.driver else 0.0
        parts = (*self.toolkits, self.cudnn, self.nccl, *self.frameworks.values())
        return 1.5 + driver + sum(part.disk_gb for part in parts if part)

    def runs(self, toolkit: Toolkit) -> bool:
        """Whether the box's driver is new enough for what this toolkit builds."""
        return self.driver is not None and self.driver.branch >= toolkit.min_driver


class Refused(Exception):  # noqa: N818 - a verdict, not a malfunction
    """No stack fits; the message says why, and what would."""
