"""The id table: from a PCI id to the chip, its architecture and what it is called."""

from __future__ import annotations

import re
from functools import cache

from pydantic import BaseModel, ConfigDict

from roles.stack.catalog import read

GPU_ID = re.compile(r"10de:[0-9a-f]{4}")


class Gpu(BaseModel):
    """One card."""

    model_config = ConfigDict(frozen=True)

    id: str
    """PCI vendor:device, e.g. 10de:1b06."""
    chip: str
    """E.g. GP102; its first two letters are the architecture's."""
    capability: str
    """Compute capability, e.g. 6.1."""
    name: str


def sm(capability: str) -> str:
    """Return nvcc's word for a compute capability: 6.1 is sm_61."""
    return f"sm_{capability.replace('.', '')}"


@cache
def gpu_table() -> dict[str, Gpu]:
    """PCI id -> card, for every card dlbox knows."""
    return dict(_gpu(device, row) for device, row in read("gpus").items())


def _gpu(device: str, row: str) -> tuple[str, Gpu]:
    chip, capability, name = row.split(" ", 2)
    gpu = f"10de:{device}"
    return gpu, Gpu(id=gpu, chip=chip, capability=capability, name=name)
