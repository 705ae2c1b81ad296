"""The stack that comes out: what the roles are given, with a reason for every choice."""

from __future__ import annotations

from datetime import date
from typing import Any

from dlbox.stack.candidate import version_key
from dlbox.stack.catalog_schema import Row
from dlbox.stack.components import Compat, Driver, Fabric, Framework, Library, Toolkit
from dlbox.stack.gpus import Gpu


class Rejected(Row):
    """An alternative, and what is against it."""

    candidate: str
    version: str
    because: str


class Choice(Row):
    """Why a layer is what it is, and for how long."""

    version: str
    source: str
    reason: str
    until: date | None
    until_reason: str
    rejected: tuple[Rejected, ...]


class Repository(Row):
    """An apt repository that the stack needs beside the distribution's own."""

    url: str
    tag: str
    label: str
    key: str
    fingerprint: str
    shipped: bool


class Stack(Row):
    """What a box gets, layer by layer."""

    system: str
    cards: tuple[Gpu, ...]
    driver: Driver | None
    fabricmanager: Fabric | None
    nvlsm: Fabric | None
    cuda_compat: Compat | None
    toolkits: tuple[Toolkit, ...]
    cudnn: Library | None
    nccl: Library | None
    frameworks: dict[str, Framework]
    repository: Repository | None
    choices: dict[str, Choice]
    skipped: dict[str, str]
    """Layer -> why the box does not get it."""
    warnings: tuple[str, ...]

    @property
    def capabilities(self) -> tuple[str, ...]:
        """Compute capabilities of the cards, each once."""
        return tuple(sorted({card.capability for card in self.cards}))

    @property
    def disk_gb(self) -> float:
        """Disk (GB) the stack takes, measured on test boxes and rounded up."""
        packaged = sum(toolkit.disk_gb for toolkit in self.toolkits if toolkit.package)
        return 1.5 + (1.0 if self.driver else 0.0) + packaged + self.wheels_gb

    @property
    def wheels_gb(self) -> float:
        """Disk (GB) of what comes from wheels."""
        toolkits = [toolkit for toolkit in self.toolkits if toolkit.lock]
        parts = (*toolkits, self.cudnn, self.nccl, *self.frameworks.values())
        return sum(part.disk_gb for part in parts if part)

    def identity(self) -> dict[str, Any]:
        """Return what reaches a box, without the words that explain it and the days it lasts."""
        errors: Any = {"fails_on": {"__all__": {"error"}}}
        words: Any = {"warnings": True, "skipped": True, "choices": True, "driver": errors}
        plain = self.model_dump(mode="json", exclude=words)
        chosen = {name: [row.version, row.source] for name, row in self.choices.items()}
        return {**plain, "choices": chosen}

    def runs(self, toolkit: Toolkit) -> bool:
        """Whether the box's driver is new enough for what this toolkit builds."""
        if self.cuda_compat and version_key(self.cuda_compat.release) >= version_key(
            toolkit.release
        ):
            return True
        return self.driver is not None and self.driver.branch >= toolkit.min_driver


class Refusal(Row):
    """No stack fits: which two things conflict, and the nearest constraint that would work."""

    because: str
    nearest: str | None


class Refused(Exception):  # noqa: N818 - a verdict, not a malfunction
    """A box is refused; the message says why, and what would do."""
