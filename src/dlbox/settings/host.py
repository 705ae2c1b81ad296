"""Settings that apply to the box itself."""

from __future__ import annotations

import re
from typing import Annotated, ClassVar, Literal

from pydantic import Field, field_validator

from dlbox.settings.model import RoleSettings, Scope
from dlbox.stack.catalog_loader import catalog
from dlbox.stack.gpus import GPU_ID, gpu_table


class HostSettings(RoleSettings):
    """Settings that apply to the box itself, whichever roles it has."""

    role: ClassVar[str] = "box"

    gpus: Annotated[list[str] | None, Scope.HARDWARE] = None
    """PCI ids of the box's GPUs, one per card, e.g. `["10de:1b06", "10de:1b06"]`, and of its
    NVSwitches. None: read them from the PCI bus. Declare them for a machine image or a
    container; `[]` is a box without a GPU."""

    profile: Literal["full", "framework_only"] = "full"
    """"framework_only": install no CUDA toolkit, cuDNN or NCCL for people who compile;
    frameworks bring their own."""

    lock: Annotated[str | None, Scope.LOCATION] = None
    """File on the controller, written by `./dlbox lock`: the box gets what the lock says, to
    the byte, or is refused. Boxes that name the same file are one class. None: the box gets
    what fits best today."""

    bundle: Annotated[str | None, Scope.LOCATION] = None
    """Where the box finds the output of `./dlbox bundle`: `http(s)://...`, or a folder of the
    box such as `/media/usb/bundle`. The box then contacts no other source, and takes the lock
    of the bundle if `box_lock` names none. None: use the archives."""

    snapshot: Annotated[str | None, Scope.LOCATION] = None
    """Address of a snapshot archive, laid out as Debian's is, that has the packages of a lock
    which upstream has withdrawn. None: use only the box's own store and the bundle."""

    rollback_gb: Annotated[int, Field(ge=0), Scope.LOCATION] = 20
    """Disk (GB) that earlier generations of the box may take: packages and venvs for `./dlbox
    rollback`. The oldest go first. 0: keep none of them."""

    @field_validator("bundle", "snapshot")
    @classmethod
    def _address(cls, address: str | None) -> str | None:
        if address is not None and not re.fullmatch(
            r"(https?://[^\s'\"{}]+|/[^\s'\"{}]*)", address
        ):
            msg = "is neither http(s)://... nor a folder that begins with /"
            raise ValueError(msg)
        return None if address is None else address.rstrip("/")

    @field_validator("gpus")
    @classmethod
    def _known(cls, gpus: list[str] | None) -> list[str] | None:
        for gpu in gpus or ():
            if gpu.removeprefix("10de:") in catalog().nvswitches:
                continue
            if not GPU_ID.fullmatch(gpu):
                msg = f"{gpu!r} is not a PCI id | write vendor:device as lspci -nn does: 10de:1b06"
                raise ValueError(msg)
            if gpu not in gpu_table():
                msg = f"{gpu!r} is no NVIDIA GPU of the id table (the catalogue, gpus.yaml)"
                raise ValueError(msg)
        return gpus
