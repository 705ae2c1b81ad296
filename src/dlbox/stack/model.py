"""The result of the solver: the data that the roles receive, with a reason for every choice."""

from __future__ import annotations

from datetime import date
from typing import Any

from dlbox.stack.candidate import version_key
from dlbox.stack.catalog_schema import Row
from dlbox.stack.components import Compat, Driver, Fabric, Framework, Library, Toolkit
from dlbox.stack.gpus import Gpu


class Rejected(Row):
    """An alternative, and the reason against it."""

    candidate: str
    version: str
    because: str


class Choice(Row):
    """Why a layer was chosen, and how long it is supported."""

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
    """Maps a layer to the reason why the box does not get it."""
    warnings: tuple[str, ...]

    @property
    def capabilities(self) -> tuple[str, ...]:
        """Return the compute capabilities of the cards, each one once."""
        return tuple(sorted({card.capability for card in self.cards}))

    @property
    def disk_gb(self) -> float:
        """Return the disk space (GB) that the stack takes, measured on test boxes and rounded up."""
        packaged = sum(toolkit.disk_gb for toolkit in self.toolkits if toolkit.package)
        return 1.5 + (1.0 if self.driver else 0.0) + packaged + self.wheels_gb

    @property
    def wheels_gb(self) -> float:
        """Return the disk space (GB) of everything that comes from wheels."""
        toolkits = [toolkit for toolkit in self.toolkits if toolkit.lock]
        parts = (*toolkits, self.cudnn, self.nccl, *self.frameworks.values())
        return sum(part.disk_gb for part in parts if part)

    def identity(self) -> dict[str, Any]:
        """Return everything that reaches a box.

        Explanations, dates of support, estimates of disk and the cards' names are left out: a better
        word in the catalogue must not send every box through a full run.
        """
        plain = self.model_dump(
            mode="json", exclude={"warnings", "skipped", "choices", "cards"}
        )
        chosen = {name: [row.version, row.source] for name, row in self.choices.items()}
        cards = [card.id for card in self.cards]
        return {**_without(plain, {"disk_gb", "error"}), "choices": chosen, "cards": cards}

    def runs(self, toolkit: Toolkit) -> bool:
        """Return whether the box's driver is new enough for what this toolkit builds."""
        if self.cuda_compat and version_key(self.cuda_compat.release) >= version_key(
            toolkit.release
        ):
            return True
        return self.driver is not None and self.driver.branch >= toolkit.min_driver


def _without(plain: Any, names: set[str]) -> Any:
    """Return JSON values without the fields of these names, at any depth."""
    if isinstance(plain, dict):
        return {key: _without(value, names) for key, value in plain.items() if key not in names}
    return [_without(value, names) for value in plain] if isinstance(plain, list) else plain


class Refusal(Row):
    """The verdict that no stack fits: what conflicts, and the nearest constraint that would work."""

    because: str
    nearest: str | None


class Refused(Exception):  # noqa: N818 - a verdict, not a malfunction
    """The box is refused; the message gives the reason and the remedy."""
