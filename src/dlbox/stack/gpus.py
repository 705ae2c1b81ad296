"""The tables of GPU ids, which map a PCI id or a name to the chip and the card's name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from pydantic import BaseModel, ConfigDict

from dlbox.catalog import read

GPU_ID = re.compile(r"10de:[0-9a-f]{4}")


class Gpu(BaseModel):
    """One card."""

    model_config = ConfigDict(frozen=True)

    id: str
    """PCI vendor:device, e.g. 10de:1b06."""
    chip: str
    """E.g. GP102; its first two letters identify the architecture."""
    capability: str
    """Compute capability, e.g. 6.1."""
    name: str

    @property
    def sm(self) -> str:
        """Return the card's compute capability as nvcc writes it."""
        return sm(self.capability)

    @property
    def data_centre(self) -> bool:
        """Return whether the card is one of NVIDIA's data centre cards, as far as its name tells."""
        return _DATA_CENTRE.match(self.name) is not None


class NvSwitch(BaseModel):
    """A switch between cards."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    nvlsm: bool
    source: str


# GeForce, Quadro, RTX, TITAN, T400 to T1000, CMP and mining cards are sold to other markets.
_DATA_CENTRE = re.compile(
    r"(Tesla|HGX|GH200|GB[23]00|A(2|10G?|16|30X?|40|100X?|800)|H(20|100|200|800)|B[123]00|L(2|4|20|40S?)"
    r"|V100|T4G?|P(4|6|40|100)|M(4|6|10|40|60)|K(20|40|80))\b"
)


def sm(capability: str) -> str:
    """Return a compute capability as nvcc writes it: sm_61 for 6.1."""
    return f"sm_{capability.replace('.', '')}"


def runs_on(capability: str, archs: Iterable[str]) -> bool:
    """Return whether a card runs any of this machine code: same major, minor no newer than its own."""
    # PTX (compute_90) counts for its own major version only: TensorFlow's PTX fails on Blackwell.
    return any(_runs(capability, arch.partition("_")[2]) for arch in archs)


def _runs(capability: str, code: str) -> bool:
    if code.endswith("a"):  # for one chip only
        return code[:-1] == capability.replace(".", "")
    major, minor = capability.split(".")
    code = code.removesuffix("f")
    return code[:-1] == major and code[-1] <= minor


def only_ptx(capability: str, archs: Iterable[str]) -> bool:
    """Return whether a card can run these only after its driver has compiled their PTX."""
    return not runs_on(capability, [arch for arch in archs if arch.startswith("sm_")])


@cache
def gpu_table() -> dict[str, Gpu]:
    """Return PCI id -> card, for every card that dlbox knows."""
    return dict(_gpu(device, row) for device, row in read("gpus").items())


def _gpu(device: str, row: str) -> tuple[str, Gpu]:
    chip, capability, name = row.split(" ", 2)
    gpu = f"10de:{device}"
    return gpu, Gpu(id=gpu, chip=chip, capability=capability, name=name)


def named(name: str) -> list[Gpu]:
    """Return the cards that have this name or, if there are none, those whose name contains its words."""
    wanted = _words(name)
    if not wanted:
        return []
    matching = [gpu for gpu in gpu_table().values() if wanted <= _words(gpu.name)]
    exact = [gpu for gpu in matching if _words(gpu.name) - wanted <= _BRAND]
    return exact or matching


_BRAND = {"geforce", "tesla", "nvidia", "quadro"}


def _words(name: str) -> set[str]:
    return set(re.sub(r"(?<=\d)(ti|super)\b", r" \1", name.lower()).split()) - {"nvidia"}
