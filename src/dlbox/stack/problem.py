"""The input of the solver: a box's cards, system and constraints, the catalogue and the date."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from dlbox.stack.catalog_loader import Catalog
from dlbox.stack.catalog_schema import Architecture, System
from dlbox.stack.constraint import Constraint, Remedy
from dlbox.stack.gpus import Gpu, NvSwitch

Mode = Literal["must", "may", "not"]
MANY = 2
"""The number of cards from which on NCCL is worthwhile."""


@dataclass(frozen=True)
class Problem:
    """Everything that the solution depends on."""

    gpus: tuple[Gpu, ...]
    switches: tuple[NvSwitch, ...]
    system: str
    constraints: tuple[Constraint, ...]
    catalog: Catalog = field(repr=False)
    today: date
    kernels: tuple[str, ...] = ()
    """The installed kernels, the newest first; empty for a container, or when they are not
    known."""
    remedy: Remedy = "flavour"
    secure_boot: bool = False

    @property
    def offer(self) -> System:
        """Return the system's row of the catalogue."""
        return self.catalog.systems[self.system]

    def architecture(self, gpu: Gpu) -> tuple[str, Architecture]:
        """Return the name and the row of the card's architecture."""
        rows = self.catalog.architectures.items()
        return next((name, row) for name, row in rows if gpu.chip.startswith(row.chips))

    def of(self, layer: str) -> list[Constraint]:
        """Return the constraints that apply to a layer."""
        return [constraint for constraint in self.constraints if constraint.layer == layer]

    def mode(self, layer: str) -> Mode:
        """Return whether the box must, may or must not get the layer."""
        constraints = self.of(layer)
        if any(constraint.value == "none" for constraint in constraints):
            return "not"
        if any(constraint.demands for constraint in constraints):
            return "must"
        return self._default(layer)

    def _default(self, layer: str) -> Mode:
        cards = len(self.gpus)
        modes: dict[str, Mode] = {
            "driver": "must" if cards else "not",
            "fabricmanager": "must" if self.switches else "not",
            "nvlsm": "must" if any(switch.nvlsm for switch in self.switches) else "not",
            "cuda_compat": "not",
            "python": "must",
            "cuda": "may" if cards else "not",
            "cudnn": "may",
            "nccl": "may" if cards >= MANY else "not",
            "jax": "not",
        }
        return modes.get(layer, "may")
