"""What a box is, where it cannot say so itself."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import field_validator

from roles.settings import RoleSettings
from roles.stack.gpus import GPU_ID, gpu_table
from roles.stack.tables import catalog


class Box(RoleSettings):
    """What is true of the box whichever roles it has."""

    role: ClassVar[str] = "box"

    gpus: list[str] | None = None
    """PCI ids of the box's GPUs, one per card, e.g. `["10de:1b06", "10de:1b06"]`, and of its
    NVSwitches. None: look on the PCI bus. Declare them for a machine image or a container; `[]` is
    a box without a GPU."""

    profile: Literal["full", "framework_only"] = "full"
    """"framework_only": no CUDA toolkit, cuDNN or NCCL for people who compile; frameworks bring
    their own."""

    @field_validator("gpus")
    @classmethod
    def _known(cls, gpus: list[str] | None) -> list[str] | None:
        for gpu in gpus or ():
            if gpu.removeprefix("10de:") in catalog().nvswitches:
                continue
            if not GPU_ID.fullmatch(gpu):
                msg = (
                    f"{gpu!r} is not a PCI id; write vendor:device as lspci -nn does: 10de:1b06"
                )
                raise ValueError(msg)
            if gpu not in gpu_table():
                msg = (
                    f"{gpu!r} is no NVIDIA GPU of the id table (roles/stack/catalog/gpus.yaml)"
                )
                raise ValueError(msg)
        return gpus
