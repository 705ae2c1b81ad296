"""One box's question: its cards, its system, what is asked for, and the catalogue and day it is asked on."""

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
"""Cards from which on NCCL is worth having."""


@dataclass(frozen=True)
class Problem:
    """Everything an answer depends on."""

    gpus: tuple[Gpu, ...]
    switches: tuple[NvSwitch, ...]
    system: str
    constraints: tuple[Constraint, ...]
    catalog: Catalog = field(repr=False)
    today: date
    kernels: tuple[str, ...] = ()
    """Those installed, the newest first; none: a container, or nobody said."""
    remedy: Remedy = "flavour"
    secure_boot: bool = False

    @property
    def offer(self) -> System:
        """The system's row."""
        return self.catalog.systems[self.system]

    def architecture(self, gpu: Gpu) -> tuple[str, Architecture]:
        """Name and row of the card's architecture."""
        rows = self.catalog.architectures.items()
        return next((name, row) for name, row in rows if gpu.chip.startswith(row.chips))

    def of(self, layer: str) -> list[Constraint]:
        """Return the constraints about a layer."""
        return [constraint for constraint in self.constraints if constraint.layer == layer]

    def mode(self, layer: str) -> Mode:
        """Whether the box must, may or shall not get the layer."""
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
