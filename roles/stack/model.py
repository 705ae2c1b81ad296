"""What a box may wish for, and the stack that comes out."""

from __future__ import annotations

from roles.stack.gpus import Gpu
from roles.stack.offers import Flavour, Framework, Library, Row, Toolkit


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
    skipped: dict[str, str]
    """Layer -> why the box does not get it."""

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
