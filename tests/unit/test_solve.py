"""Which stack a box gets, and which refusal: literals in, literals out."""

from datetime import date
from typing import Any

import pytest
from pydantic import BaseModel

from dlbox.stack.catalog_loader import Catalog, catalog
from dlbox.stack.catalog_schema import Unknown
from dlbox.stack.constraint import LAYER_OF, Constraint
from dlbox.stack.gpus import gpu_table
from dlbox.stack.model import Refusal, Stack
from dlbox.stack.solve import solve

GTX_680, K80, GTX_750_TI, GTX_970, M60 = "1180", "102d", "1380", "13c2", "13f2"
GTX_1080_TI, P100, V100, TITAN_V = "1b06", "15f7", "1db1", "1d81"
T4, RTX_2080_TI, A100, RTX_3090 = "1eb8", "1e04", "20b0", "2204"
RTX_4090, L4, H100, RTX_5090 = "2684", "27b8", "2330", "2b85"
B200, HGX_B200, B300, PRO_4500_SE, RUBIN = "2901", "2909", "3182", "2c3a", "3000"
TODAY = date(2026, 11, 24)


def asked(system: str, cards: str, wishes: str = "", **given: Any) -> Stack | Refusal:
    switches = given.pop("switches", "").split()
    return solve(
        [gpu_table()[f"10de:{card}"] for card in cards.split()],
        system,
        [Constraint(*wish.split("=", 1)) for wish in wishes.split()],
        today=given.pop("today", TODAY),
        switches=[catalog().nvswitches[switch] for switch in switches],
        **given,
    )


def stack(system: str, cards: str, wishes: str = "", **given: Any) -> Stack:
    got = asked(system, cards, wishes, **given)
    assert isinstance(got, Stack), got
    return got


def told(got: Stack | Refusal) -> str:
    """Write a stack down in one line."""
    if isinstance(got, Refusal):
        return f"refused: {got.because}"
    parts: list[str] = []
    if got.driver:
        parts.append(f"{got.driver.version} {got.driver.flavour} {got.driver.source}")
    rest = [name for name in ("fabricmanager", "nvlsm", "cuda_compat") if name in got.choices]
    parts += [f"{name} {got.choices[name].version}" for name in rest]
    parts += [f"cuda {toolkit.release} {toolkit.source}" for toolkit in got.toolkits]
    parts += [f"cudnn {got.cudnn.version}"] if got.cudnn else []
    parts += [f"nccl {got.nccl.version}"] if got.nccl else []
    parts += [f"{name} {row.version} {row.variant}" for name, row in got.frameworks.items()]
    return ", ".join(parts)


STACKS = [
    # Maxwell: cuDNN 9.10.2 and PyTorch 2.7.1 are the last, TensorFlow begins at sm_60.
    ("debian-12", GTX_970, "", "535.309.01 proprietary distro, cuda 11.8 distro, cudnn 9.10.2.21, pytorch 2.7.1 cu126"),
    ("debian-13", GTX_750_TI, "", "550.163.01 proprietary distro, cuda 12.4 distro, cudnn 9.10.2.21, pytorch 2.7.1 cu126"),
    ("ubuntu-22.04", M60, "", "580.159.03 proprietary distro, cuda 12.9 nvidia, cudnn 9.10.2.21, pytorch 2.7.1 cu126"),
    ("ubuntu-22.04", f"{GTX_970} {GTX_970}", "", "580.159.03 proprietary distro, cuda 12.9 nvidia, cudnn 9.10.2.21, nccl 2.27.7, pytorch 2.7.1 cu126"),
    ("ubuntu-24.04", GTX_970, "tensorflow=*", "580.159.03 proprietary distro, cuda 12.9 nvidia, cudnn 9.10.2.21, pytorch 2.7.1 cu126, tensorflow 2.16.2 cu12"),
    # Pascal.
    ("debian-12", GTX_1080_TI, "", "535.309.01 proprietary distro, cuda 11.8 distro, cudnn 9.10.2.21, pytorch 2.7.1 cu126, tensorflow 2.21.0 cu12"),
    ("debian-13", GTX_1080_TI, "", "550.163.01 proprietary distro, cuda 12.4 distro, cudnn 9.10.2.21, pytorch 2.7.1 cu126, tensorflow 2.21.0 cu12"),
    ("debian-13", f"{GTX_1080_TI} {GTX_1080_TI}", "", "550.163.01 proprietary distro, cuda 12.4 distro, cudnn 9.10.2.21, nccl 2.32.3, pytorch 2.7.1 cu126, tensorflow 2.21.0 cu12"),
    ("ubuntu-22.04", P100, "", "580.159.03 proprietary distro, cuda 12.9 nvidia, cudnn 9.10.2.21, pytorch 2.7.1 cu126, tensorflow 2.21.0 cu12"),
    ("ubuntu-24.04", GTX_1080_TI, "driver_source=nvidia", "580.178.04 proprietary nvidia, cuda 12.9 nvidia, cudnn 9.10.2.21, pytorch 2.7.1 cu126, tensorflow 2.21.0 cu12"),
    ("ubuntu-24.04", GTX_1080_TI, "cuda=>=12.6,<13", "580.159.03 proprietary distro, cuda 12.9 nvidia, cudnn 9.10.2.21, pytorch 2.7.1 cu126, tensorflow 2.21.0 cu12"),
    ("ubuntu-24.04", GTX_1080_TI, "cudnn=9.10.* tensorflow=none pytorch=2.14.*", "580.159.03 proprietary distro, cuda 12.9 nvidia, cudnn 9.10.2.21, pytorch 2.14.0 cu126"),
    ("ubuntu-24.04", GTX_1080_TI, "pytorch=>=2.8,<2.11 tensorflow=none cuda=none", "580.159.03 proprietary distro, pytorch 2.10.0 cu126"),
    ("ubuntu-26.04", GTX_1080_TI, "pytorch=*", "580.159.03 proprietary distro, cuda 12.4 distro, cudnn 9.10.2.21, pytorch 2.14.0 cu126"),
    ("ubuntu-24.04", GTX_1080_TI, "jax=* pytorch=none tensorflow=none cuda=none", "580.159.03 proprietary distro, jax 0.12.0.1 cuda12"),
    # Volta: PyTorch 2.10.0 is the last of the default index, 2.14 of cu126.
    ("debian-12", V100, "", "535.309.01 proprietary distro, cuda 11.8 distro, cudnn 9.10.2.21, pytorch 2.10.0 cu128, tensorflow 2.21.0 cu12"),
    ("debian-13", V100, "", "550.163.01 proprietary distro, cuda 12.4 distro, cudnn 9.10.2.21, pytorch 2.10.0 cu128, tensorflow 2.21.0 cu12"),
    ("ubuntu-22.04", V100, "", "580.159.03 proprietary distro, cuda 12.9 nvidia, cudnn 9.10.2.21, pytorch 2.10.0 cu128, tensorflow 2.21.0 cu12"),
    ("ubuntu-26.04", TITAN_V, "", "580.159.03 proprietary distro, cuda 12.4 distro, cudnn 9.10.2.21, pytorch 2.10.0 cu128"),
    ("ubuntu-24.04", V100, "pytorch=2.11 cuda=none tensorflow=none", "580.159.03 proprietary distro, pytorch 2.11.0 cu126"),
    ("ubuntu-24.04", V100, "pytorch=2.8 cuda=none tensorflow=none", "580.159.03 proprietary distro, pytorch 2.8.0 cu128"),
    # Turing: CUDA 13 begins here, wherever the driver is 580 or newer.
    ("debian-12", T4, "", "535.309.01 proprietary distro, cuda 11.8 distro, cudnn 9.10.2.21, pytorch 2.10.0 cu128, tensorflow 2.21.0 cu12"),
    ("debian-13", RTX_2080_TI, "", "550.163.01 proprietary distro, cuda 12.4 distro, cudnn 9.28.0.42, pytorch 2.10.0 cu128, tensorflow 2.21.0 cu12"),
    ("ubuntu-22.04", RTX_2080_TI, "", "580.159.03 open distro, cuda 13.0 wheels, cudnn 9.28.1.4, pytorch 2.14.1 cu130, tensorflow 2.21.0 cu12"),
    ("ubuntu-24.04", RTX_2080_TI, "flavour=proprietary", "580.159.03 proprietary distro, cuda 13.0 wheels, cudnn 9.28.1.4, pytorch 2.15.0 cu132, tensorflow 2.21.0 cu12"),
    ("ubuntu-26.04", T4, "", "580.159.03 open distro, cuda 13.0 wheels, cudnn 9.28.1.4, pytorch 2.15.0 cu132"),
    # Ampere.
    ("debian-12", RTX_3090, "", "535.309.01 proprietary distro, cuda 11.8 distro, cudnn 9.10.2.21, pytorch 2.10.0 cu128, tensorflow 2.21.0 cu12"),
    ("debian-13", A100, "flavour=open", "550.163.01 open distro, cuda 12.4 distro, cudnn 9.28.0.42, pytorch 2.10.0 cu128, tensorflow 2.21.0 cu12"),
    ("ubuntu-22.04", A100, "nccl=*", "580.159.03 open distro, cuda 13.0 wheels, cudnn 9.28.1.4, nccl 2.32.3, pytorch 2.14.1 cu130, tensorflow 2.21.0 cu12"),
    ("ubuntu-24.04", RTX_3090, "nccl=2.27.7 pytorch=none tensorflow=none cudnn=none", "580.159.03 open distro, cuda 12.9 nvidia, nccl 2.27.7"),
    # Ada.
    ("debian-12", RTX_4090, "", "535.309.01 proprietary distro, cuda 11.8 distro, cudnn 9.10.2.21, pytorch 2.10.0 cu128, tensorflow 2.21.0 cu12"),
    ("debian-13", RTX_4090, "", "550.163.01 proprietary distro, cuda 12.4 distro, cudnn 9.28.0.42, pytorch 2.10.0 cu128, tensorflow 2.21.0 cu12"),
    ("debian-13", RTX_4090, "pytorch=2.15", "595.112.07 open nvidia, cuda 13.2 wheels, cudnn 9.28.1.4, pytorch 2.15.0 cu132, tensorflow 2.21.0 cu12"),
    ("debian-13", RTX_4090, "driver=595.71.05 cuda=13.1", "595.71.05 open nvidia, cuda 13.1 nvidia, cudnn 9.28.1.4, pytorch 2.15.0 cu132, tensorflow 2.21.0 cu12"),
    ("debian-13", RTX_4090, "jax=* jax_variant=cuda13 cuda=none tensorflow=none pytorch=none", "595.112.07 open nvidia, jax 0.12.0.1 cuda13"),
    ("debian-13", RTX_4090, "jax=* cuda=none tensorflow=none pytorch=none", "550.163.01 proprietary distro, jax 0.12.0.1 cuda12"),
    ("debian-12", RTX_4090, "jax=* cuda=none tensorflow=none pytorch=none", "535.309.01 proprietary distro, jax 0.10.2 cuda12"),
    ("ubuntu-22.04", RTX_4090, "driver=580.*", "580.159.03 open distro, cuda 13.0 wheels, cudnn 9.28.1.4, pytorch 2.14.1 cu130, tensorflow 2.21.0 cu12"),
    ("ubuntu-24.04", L4, "", "580.159.03 open distro, cuda 13.0 wheels, cudnn 9.28.1.4, pytorch 2.15.0 cu132, tensorflow 2.21.0 cu12"),
    ("ubuntu-24.04", RTX_4090, "driver=>=590", "595.71.05 open distro, cuda 13.2 wheels, cudnn 9.28.1.4, pytorch 2.15.0 cu132, tensorflow 2.21.0 cu12"),
    ("ubuntu-24.04", RTX_4090, "cuda=12.8 cudnn=9.10.2.21", "580.159.03 open distro, cuda 12.8 nvidia, cudnn 9.10.2.21, pytorch 2.15.0 cu132, tensorflow 2.21.0 cu12"),
    ("ubuntu-24.04", RTX_4090, "cuda=13.5 python=3.12", "580.159.03 open distro, cuda 13.5 wheels, cudnn 9.28.1.4, pytorch 2.15.0 cu132, tensorflow 2.21.0 cu12"),
    ("ubuntu-24.04", RTX_4090, "pytorch_variant=cu126 tensorflow=none", "580.159.03 open distro, cuda 13.0 wheels, cudnn 9.28.1.4, pytorch 2.7.1 cu126"),
    ("ubuntu-24.04", RTX_4090, "cuda=none pytorch=none tensorflow=none", "580.159.03 open distro"),
    ("ubuntu-26.04", RTX_4090, "jax=0.12.0.1 python=3.* pytorch=none", "580.159.03 open distro, cuda 13.0 wheels, cudnn 9.28.1.4, jax 0.12.0.1 cuda13"),
    ("debian-12", RTX_4090, "driver=none pytorch=none tensorflow=none cudnn=none cuda=12.*", "cuda 12.9 nvidia"),
    ("debian-12", f"{RTX_4090} {RTX_4090}", "", "535.309.01 proprietary distro, cuda 11.8 distro, cudnn 9.10.2.21, nccl 2.21.5, pytorch 2.10.0 cu128, tensorflow 2.21.0 cu12"),
    ("ubuntu-22.04", RTX_4090, "cuda=11.8 nccl=* pytorch=none tensorflow=none", "580.159.03 open distro, cuda 11.8 nvidia, cudnn 9.10.2.21, nccl 2.21.5"),
    ("ubuntu-24.04", RTX_4090, "pytorch=2.6.* cuda=none tensorflow=none", "580.159.03 open distro, pytorch 2.6.0 cu124"),
    # Hopper: TensorFlow has PTX alone for it, of a CUDA newer than drivers 535 and 550 can read.
    ("debian-12", H100, "", "535.309.01 proprietary distro, cuda 11.8 distro, cudnn 9.10.2.21, pytorch 2.10.0 cu128"),
    ("debian-13", H100, "", "550.163.01 proprietary distro, cuda 12.4 distro, cudnn 9.28.0.42, pytorch 2.10.0 cu128"),
    ("ubuntu-22.04", H100, "", "580.159.03 open distro, cuda 13.0 wheels, cudnn 9.28.1.4, pytorch 2.14.1 cu130, tensorflow 2.21.0 cu12"),
    ("ubuntu-24.04", H100, "fabricmanager=*", "580.178.04 open nvidia, fabricmanager 580.178.04, cuda 13.0 wheels, cudnn 9.28.1.4, pytorch 2.15.0 cu132, tensorflow 2.21.0 cu12"),
    ("ubuntu-24.04", H100, "fabricmanager=580.159.03", "580.159.03 open nvidia, fabricmanager 580.159.03, cuda 13.0 wheels, cudnn 9.28.1.4, pytorch 2.15.0 cu132, tensorflow 2.21.0 cu12"),
    # Blackwell: open modules of 570 or newer, CUDA from 12.8, no TensorFlow.
    ("debian-12", RTX_5090, "", "580.178.04 open nvidia, cuda 13.0 wheels, cudnn 9.28.1.4, pytorch 2.15.0 cu132"),
    ("debian-13", RTX_5090, "", "595.112.07 open nvidia, cuda 13.2 wheels, cudnn 9.28.1.4, pytorch 2.15.0 cu132"),
    ("ubuntu-22.04", B200, "", "580.159.03 open distro, cuda 13.0 wheels, cudnn 9.28.1.4, pytorch 2.14.1 cu130"),
    ("ubuntu-24.04", RTX_5090, "cuda=12.*", "580.159.03 open distro, cuda 12.9 nvidia, cudnn 9.28.0.42, pytorch 2.15.0 cu132"),
    ("ubuntu-26.04", B300, "", "580.159.03 open distro, cuda 13.0 wheels, cudnn 9.28.1.4, pytorch 2.15.0 cu132"),
    # Disputed: 580.142 lists it, a cloud vendor says 595.
    ("debian-12", PRO_4500_SE, "", "595.112.07 open nvidia, cuda 13.2 wheels, cudnn 9.28.1.4, pytorch 2.15.0 cu132"),
    ("ubuntu-24.04", PRO_4500_SE, "", "595.71.05 open distro, cuda 13.2 wheels, cudnn 9.28.1.4, pytorch 2.15.0 cu132"),
    # Mixed boxes.
    ("debian-13", f"{GTX_1080_TI} {RTX_4090}", "", "550.163.01 proprietary distro, cuda 12.4 distro, cudnn 9.10.2.21, nccl 2.32.3, pytorch 2.7.1 cu126, tensorflow 2.21.0 cu12"),
    ("ubuntu-24.04", f"{RTX_4090} {GTX_1080_TI}", "", "580.159.03 proprietary distro, cuda 12.9 nvidia, cudnn 9.10.2.21, nccl 2.32.3, pytorch 2.7.1 cu126, tensorflow 2.21.0 cu12"),
    ("ubuntu-22.04", f"{V100} {A100}", "", "580.159.03 proprietary distro, cuda 12.9 nvidia, cudnn 9.10.2.21, nccl 2.32.3, pytorch 2.10.0 cu128, tensorflow 2.21.0 cu12"),
    ("debian-13", f"{RTX_4090} {RTX_5090}", "", "595.112.07 open nvidia, cuda 13.2 wheels, cudnn 9.28.1.4, nccl 2.32.3, pytorch 2.15.0 cu132"),
    ("ubuntu-24.04", f"{RTX_4090} {RTX_5090}", "nccl=none", "580.159.03 open distro, cuda 13.0 wheels, cudnn 9.28.1.4, pytorch 2.15.0 cu132"),
    ("ubuntu-22.04", f"{GTX_970} {V100}", "", "580.159.03 proprietary distro, cuda 12.9 nvidia, cudnn 9.10.2.21, nccl 2.27.7, pytorch 2.7.1 cu126"),
    # No card.
    ("debian-13", "", "", "pytorch 2.15.0 cu132, tensorflow 2.21.0 cu12"),
    ("ubuntu-22.04", "", "", "pytorch 2.14.1 cu130, tensorflow 2.21.0 cu12"),
    ("ubuntu-26.04", "", "", "pytorch 2.15.0 cu132"),
    ("debian-13", "", "cuda=12.4 nccl=* pytorch=none tensorflow=none", "cuda 12.4 distro, cudnn 9.28.0.42, nccl 2.32.3"),
    # cuda-compat: data centre cards alone, over the branches its table names; it makes its own CUDA run in full.
    ("debian-12", H100, "driver=535 cuda=13.0 cuda_compat=* tensorflow=none", "535.309.01 proprietary distro, cuda_compat 13.4, cuda 13.0 wheels, cudnn 9.28.1.4, pytorch 2.15.0 cu132"),
    ("debian-12", A100, "driver=535 cuda=12.4 cuda_compat=12.4 tensorflow=none", "535.309.01 proprietary distro, cuda_compat 12.4, cuda 12.4 nvidia, cudnn 9.28.0.42, pytorch 2.10.0 cu128"),
    ("debian-12", A100, "driver=535 cuda_compat=13.0 tensorflow=none pytorch=none", "535.309.01 proprietary distro, cuda_compat 13.0, cuda 13.0 wheels, cudnn 9.28.1.4"),
]  # fmt: skip


@pytest.mark.parametrize(("system", "cards", "wishes", "layers"), STACKS)
def test_a_box_gets(system: str, cards: str, wishes: str, layers: str) -> None:
    assert told(asked(system, cards, wishes)) == layers


SWITCHED = [
    ("debian-12", A100, "1af1", "580.178.04 open nvidia, fabricmanager 580.178.04, cuda 13.0 wheels, cudnn 9.28.1.4, nccl 2.32.3, pytorch 2.15.0 cu132, tensorflow 2.21.0 cu12"),
    ("debian-13", A100, "1af1", "595.112.07 open nvidia, fabricmanager 595.112.07, cuda 13.2 wheels, cudnn 9.28.1.4, nccl 2.32.3, pytorch 2.15.0 cu132, tensorflow 2.21.0 cu12"),
    ("ubuntu-22.04", A100, "1af1", "580.178.04 open nvidia, fabricmanager 580.178.04, cuda 13.0 wheels, cudnn 9.28.1.4, nccl 2.32.3, pytorch 2.14.1 cu130, tensorflow 2.21.0 cu12"),
    ("ubuntu-24.04", H100, "22a3 22a3 22a3 22a3", "580.178.04 open nvidia, fabricmanager 580.178.04, cuda 13.0 wheels, cudnn 9.28.1.4, nccl 2.32.3, pytorch 2.15.0 cu132, tensorflow 2.21.0 cu12"),
    ("ubuntu-26.04", H100, "22a3 22a3 22a3 22a3", "595.112.07 open nvidia, fabricmanager 595.112.07, cuda 13.2 wheels, cudnn 9.28.1.4, nccl 2.32.3, pytorch 2.15.0 cu132"),
    ("ubuntu-24.04", B200, "nvlink5", "580.178.04 open nvidia, fabricmanager 580.178.04, nvlsm *, cuda 13.0 wheels, cudnn 9.28.1.4, nccl 2.32.3, pytorch 2.15.0 cu132"),
    ("debian-12", B300, "nvlink5", "580.178.04 open nvidia, fabricmanager 580.178.04, nvlsm *, cuda 13.0 wheels, cudnn 9.28.1.4, nccl 2.32.3, pytorch 2.15.0 cu132"),
]  # fmt: skip


@pytest.mark.parametrize(("system", "card", "switches", "layers"), SWITCHED)
def test_eight_cards_behind_switches_get(
    system: str, card: str, switches: str, layers: str
) -> None:
    got = stack(system, " ".join([card] * 8), switches=switches)
    assert told(got) == layers
    assert got.driver
    assert (got.driver.source, got.driver.version) == (
        "nvidia",
        got.choices["fabricmanager"].version,
    )
    assert got.repository


REFUSALS = [
    # Kepler's last branch is 470, which no system has.
    ("debian-12", K80, "", "Tesla K80|Kepler|470", None),
    ("debian-13", GTX_680, "", "GTX 680|Kepler|470", None),
    ("ubuntu-24.04", K80, "", "Tesla K80|Kepler|470", None),
    ("ubuntu-24.04", f"{RTX_4090} {K80}", "", "Tesla K80|Kepler|470", None),
    # Rubin: 615 has no end announced, and which modules it takes is not established.
    ("debian-12", RUBIN, "", "Rubin|unknown", None),
    ("ubuntu-26.04", RUBIN, "", "Rubin|unknown", None),
    # Proprietary modules before Turing, open ones from Blackwell on.
    ("debian-12", f"{GTX_1080_TI} {RTX_5090}", "", "GTX 1080 Ti|RTX 5090|open", None),
    ("debian-13", f"{GTX_1080_TI} {RTX_5090}", "", "GTX 1080 Ti|RTX 5090|580|570", None),
    ("ubuntu-24.04", f"{RTX_5090} {GTX_1080_TI}", "", "GTX 1080 Ti|RTX 5090|open|proprietary", None),
    ("ubuntu-22.04", f"{V100} {RTX_4090} {B200}", "", "V100|B200", None),
    ("debian-13", GTX_1080_TI, "flavour=open", "flavour=open|GTX 1080 Ti|Pascal", "flavour=proprietary"),
    ("ubuntu-24.04", RTX_5090, "flavour=proprietary", "flavour=proprietary|RTX 5090|Blackwell", "flavour=open"),
    ("ubuntu-24.04", RTX_4090, "driver=615 flavour=proprietary", "615", "driver=595"),
    # NVIDIA's repositories for debian13 and ubuntu2604 have no 580.
    ("debian-13", GTX_1080_TI, "driver=580", "driver=580|debian-13", "driver=550"),
    ("debian-13", V100, "driver_source=nvidia", "V100|580", "driver_source=distro"),
    ("ubuntu-26.04", GTX_1080_TI, "driver_source=nvidia", "GTX 1080 Ti|580", "driver_source=distro"),
    ("ubuntu-26.04", RTX_4090, "driver=580 driver_source=nvidia", "580|nvidia", "driver=595"),
    ("ubuntu-24.04", V100, "driver=>=590", "V100|580", "driver=580"),
    ("ubuntu-24.04", PRO_4500_SE, "driver=580", "RTX PRO 4500|595", "driver=595"),
    ("ubuntu-24.04", RTX_4090, "driver=580.126.09", "withdrawn", "driver=580.119.02"),
    ("ubuntu-24.04", RTX_4090, "driver=615", "615|unknown", "driver=595"),
    ("ubuntu-24.04", RTX_4090, "driver=535", "driver=535|ubuntu-24.04", "driver=580"),
    # CUDA: 13 from Turing and from driver 580 on, Blackwell from 12.8 on.
    ("ubuntu-24.04", GTX_1080_TI, "cuda=13.0", "cuda=13.0|GTX 1080 Ti|sm_61", "cuda=12.9"),
    ("debian-13", V100, "cuda=13.*", "V100|sm_70", "cuda=12.4"),
    ("ubuntu-24.04", RTX_5090, "cuda=12.6", "RTX 5090|sm_120", "cuda=12.8"),
    ("debian-13", RTX_4090, "driver=550 cuda=13.0", "cuda=13.0|driver=550|580", "cuda=12.4"),
    ("debian-12", RTX_4090, "driver=535 cuda=>=13", "driver=535|580", "cuda=12.9"),
    ("ubuntu-24.04", RTX_4090, "cuda=14", "cuda=14|ubuntu-24.04", "cuda=13.5"),
    ("ubuntu-26.04", RTX_4090, "cuda=12.8", "cuda=12.8|ubuntu-26.04", "cuda=12.4"),
    # cuDNN and NCCL.
    ("ubuntu-24.04", GTX_1080_TI, "cudnn=9.28.*", "GTX 1080 Ti|9.10.2", "cudnn=9.10.2.21"),
    ("ubuntu-24.04", V100, "cudnn=>=9.11", "V100|9.10.2", "cudnn=9.10.2.21"),
    ("debian-13", GTX_1080_TI, "cuda=none cudnn=*", "cudnn|cuda=none", "cudnn=none"),
    ("ubuntu-22.04", GTX_970, "nccl=2.32.*", "GTX 970|sm_52", "nccl=2.27.7"),
    ("ubuntu-22.04", H100, "cuda=11.8 nccl=*", "cuda=11.8|nccl|H100", "nccl=none"),
    # Frameworks.
    ("ubuntu-24.04", GTX_1080_TI, "pytorch=2.15", "PyTorch 2.15.0|GTX 1080 Ti|sm_61", "pytorch=2.14.0"),
    ("ubuntu-24.04", V100, "pytorch=2.15.0", "PyTorch 2.15.0|V100|sm_70", "pytorch=2.14.0"),
    ("ubuntu-24.04", V100, "pytorch=2.11 pytorch_variant=cu128", "2.11|cu128|V100", "pytorch=2.10.0"),
    ("ubuntu-24.04", V100, "pytorch=2.7.1 pytorch_variant=cu128", "2.7.1|cu128", "pytorch=2.8.0"),
    ("ubuntu-24.04", GTX_1080_TI, "pytorch_variant=cu128", "cu128|GTX 1080 Ti", "pytorch_variant=cu126"),
    ("ubuntu-22.04", RTX_4090, "pytorch=2.15", "Python 3.10", "pytorch=2.14.1"),
    ("debian-13", RTX_4090, "driver=550 pytorch=2.11 pytorch_variant=cu130", "driver=550|580|pytorch", "pytorch_variant=cu128"),
    ("ubuntu-24.04", RTX_5090, "tensorflow=*", "TensorFlow|RTX 5090|sm_120", "tensorflow=none"),
    ("ubuntu-24.04", GTX_970, "tensorflow=2.21", "TensorFlow 2.21.0|GTX 970|sm_52", "tensorflow=2.16.2"),
    ("ubuntu-26.04", RTX_4090, "tensorflow=*", "TensorFlow|Python 3.14", "tensorflow=none"),
    ("ubuntu-22.04", RTX_4090, "jax=*", "JAX|Python 3.10", "jax=none"),
    ("ubuntu-24.04", GTX_750_TI, "jax=*", "JAX|GTX 750 Ti|sm_50", "jax=none"),
    ("ubuntu-24.04", GTX_1080_TI, "jax_variant=cuda13", "cuda13|GTX 1080 Ti", "jax_variant=cuda12"),
    ("debian-12", RTX_4090, "jax=0.12.0.1", "JAX 0.12.0.1|Python 3.11", "jax=0.10.2"),
    ("debian-13", RTX_4090, "python=3.12", "python=3.12|debian-13|3.13", "python=3.13"),
    # cuda-compat.
    ("debian-12", RTX_4090, "driver=535 cuda_compat=13.0", "data centre|RTX 4090", "cuda_compat=none"),
    ("debian-12", f"{A100} {RTX_4090}", "cuda_compat=*", "data centre|RTX 4090", "cuda_compat=none"),
    ("debian-13", H100, "driver=550 cuda_compat=13.0", "cuda-compat-13-0|debian-13", "cuda_compat=none"),
    ("debian-12", H100, "cuda_compat=13.5", "cuda-compat-13-5|unknown", "cuda_compat=13.4"),
    ("ubuntu-26.04", H100, "cuda_compat=13.1", "cuda_compat=13.1|ubuntu-26.04", "cuda_compat=13.3"),
    # Fabric Manager.
    ("ubuntu-24.04", H100, "fabricmanager=580.159.03 driver=580.178.04", "580.159.03|580.178.04", "fabricmanager=580.178.04"),
    ("ubuntu-24.04", H100, "fabricmanager=* driver_source=distro", "driver_source=distro|fabricmanager", "fabricmanager=none"),
    ("ubuntu-24.04", B200, "nvlsm=2024.10", "nvlsm=2024.10", "nvlsm=*"),
    ("ubuntu-24.04", B200, "nvlsm=* driver_source=distro", "driver_source=distro|nvlsm", "nvlsm=none"),
]  # fmt: skip


@pytest.mark.parametrize(("system", "cards", "wishes", "words", "nearest"), REFUSALS)
def test_a_box_is_refused(
    system: str, cards: str, wishes: str, words: str, nearest: str | None
) -> None:
    got = asked(system, cards, wishes)
    assert isinstance(got, Refusal), told(got)
    assert [word for word in words.split("|") if word not in got.because] == [], got.because
    assert got.nearest == nearest, got.because


def test_a_system_that_is_not_known_is_refused_with_those_that_are() -> None:
    assert asked("fedora-40", RTX_4090) == Refusal(
        because="fedora-40 is not supported; take debian-12, debian-13, ubuntu-22.04, ubuntu-24.04, ubuntu-26.04",
        nearest=None,
    )


def test_every_word_is_wished_for_somewhere_above() -> None:
    rows = [wishes for _, _, wishes, *_ in STACKS] + [row[2] for row in REFUSALS]
    words = {wish.partition("=")[0] for wishes in rows for wish in wishes.split()}
    assert words == set(LAYER_OF)


LATER = [
    # After 2027-03-31 branch 595 has ended, and it still was supported longer than any other of Debian 13's for Blackwell.
    ("2027-03-31", "debian-13", RTX_5090, "595.112.07 open nvidia"),
    ("2027-04-01", "debian-13", RTX_5090, "595.112.07 open nvidia"),
    ("2027-04-01", "debian-12", RTX_5090, "580.178.04 open nvidia"),
    ("2027-04-01", "debian-12", PRO_4500_SE, "595.112.07 open nvidia"),
    ("2027-04-01", "ubuntu-24.04", PRO_4500_SE, "595.71.05 open distro"),
    ("2027-04-01", "debian-13", RTX_4090, "550.163.01 proprietary distro"),
    ("2027-04-01", "ubuntu-24.04", RTX_4090, "580.159.03 open distro"),
    ("2028-06-30", "ubuntu-24.04", RTX_4090, "580.159.03 open distro"),
    # After 2028-06-30 branch 580 has ended as well, the last of all to end.
    ("2028-07-01", "ubuntu-24.04", GTX_1080_TI, "580.159.03 proprietary distro"),
    ("2028-07-01", "ubuntu-24.04", RTX_4090, "580.159.03 open distro"),
    ("2028-07-01", "debian-12", RTX_5090, "580.178.04 open nvidia"),
    ("2028-07-01", "debian-12", RTX_4090, "535.309.01 proprietary distro"),
    ("2028-07-01", "debian-13", RTX_4090, "550.163.01 proprietary distro"),
]  # fmt: skip


@pytest.mark.parametrize(("today", "system", "card", "driver"), LATER)
def test_on_a_later_day_the_driver_is(today: str, system: str, card: str, driver: str) -> None:
    got = stack(system, card, "cuda=none", today=date.fromisoformat(today))
    assert told(got).partition(", ")[0] == driver


@pytest.mark.parametrize(
    ("today", "system", "cards", "wishes", "warning"),
    [
        ("2026-09-01", "debian-13", RTX_5090, "", None),
        ("2026-11-24", "debian-13", RTX_5090, "", "driver 595: its support ends on 2027-03-31, in 127 days"),
        ("2027-03-31", "debian-13", RTX_5090, "", "driver 595: its support ends on 2027-03-31, in 0 days"),
        ("2027-04-01", "ubuntu-24.04", RTX_4090, "driver=595", "driver 595: NVIDIA's own support of this branch ended on 2027-03-31"),
        ("2026-11-24", "ubuntu-24.04", RTX_4090, "", None),
        ("2028-06-01", "ubuntu-24.04", RTX_4090, "", "driver 580: its support ends on 2028-06-30, in 29 days"),
        ("2028-07-01", "ubuntu-24.04", GTX_1080_TI, "", "driver 580: NVIDIA's own support of this branch ended on 2028-06-30"),
        ("2026-11-24", "ubuntu-24.04", GTX_1080_TI, "", "driver 580 is the last branch for a GeForce GTX 1080 Ti (Pascal)"),
        ("2026-11-24", "debian-13", RTX_4090, "", "driver 550: NVIDIA's own support of this branch has ended; driver_source=nvidia brings 595, supported until 2027-03-31"),
        ("2026-11-24", "debian-12", RTX_4090, "", "driver 535: NVIDIA's own support of this branch ended on 2026-06-30; driver_source=nvidia brings 580, supported until 2028-06-30"),
        ("2026-12-15", "ubuntu-22.04", RTX_4090, "", "ubuntu-22.04: its free security support ends on 2027-06-01"),
        ("2027-06-02", "ubuntu-22.04", RTX_4090, "", "ubuntu-22.04: its free security support ended on 2027-06-01"),
    ],
)  # fmt: skip
def test_what_ends_soon_or_has_ended_is_said(
    today: str, system: str, cards: str, wishes: str, warning: str | None
) -> None:
    got = stack(system, cards, wishes, today=date.fromisoformat(today))
    ends = [said for said in got.warnings if "support" in said or "last branch" in said]
    assert warning in ends if warning else ends == []


@pytest.mark.parametrize(
    ("system", "card", "until", "why"),
    [
        ("debian-13", RTX_5090, date(2027, 3, 31), "NVIDIA's production branch 595 ends"),
        ("debian-12", RTX_5090, date(2028, 6, 30), "NVIDIA's long-term branch 580 ends"),
        ("ubuntu-24.04", RTX_4090, date(2028, 6, 30), "NVIDIA's long-term branch 580 ends"),
        ("debian-13", RTX_4090, date(2028, 8, 9), "Debian 13's security support ends; NVIDIA's own support of branch 550 has ended"),
    ],
)  # fmt: skip
def test_a_driver_says_until_when_it_is_supported(
    system: str, card: str, until: date, why: str
) -> None:
    choice = stack(system, card).choices["driver"]
    assert (choice.until, choice.until_reason) == (until, why)


@pytest.mark.parametrize(
    ("kernel", "wishes", "driver"),
    [
        (None, "flavour=open", "550.163.01 open distro"),
        ("6.12.94+deb13-amd64", "flavour=open", "550.163.01 open distro"),
        ("6.12.107+deb13-amd64", "flavour=open", "595.112.07 open nvidia"),
        ("6.12.110-cloud-amd64", "flavour=open", "595.112.07 open nvidia"),
        ("6.1.150", "flavour=open", "550.163.01 open distro"),
        ("6.12.107+deb13-amd64", "", "550.163.01 proprietary distro"),
    ],
)
def test_a_driver_that_does_not_compile_on_the_kernel_is_not_taken(
    kernel: str | None, wishes: str, driver: str
) -> None:
    got = stack(
        "debian-13", RTX_4090, f"{wishes} cuda=none", kernels=[kernel] if kernel else []
    )
    assert told(got).partition(", ")[0] == driver


def test_a_driver_wished_for_a_kernel_it_does_not_compile_on_is_refused_for_that() -> None:
    got = asked(
        "debian-13", RTX_4090, "driver=550 flavour=open", kernels=["6.12.107+deb13-amd64"]
    )
    assert isinstance(got, Refusal)
    assert "6.12.107" in got.because
    assert "pci_resize_resource" in got.because
    assert got.nearest in {"driver=595", "flavour=proprietary"}


def test_secure_boot_is_warned_of_where_there_is_a_module_to_sign() -> None:
    def warned(cards: str, *, secure_boot: bool) -> bool:
        got = stack("debian-13", cards, secure_boot=secure_boot)
        return any("Secure Boot" in said for said in got.warnings)

    assert warned(RTX_4090, secure_boot=True)
    assert not warned(RTX_4090, secure_boot=False)
    assert not warned("", secure_boot=True)


@pytest.mark.parametrize(
    ("system", "cards", "wishes", "words"),
    [
        ("debian-13", f"{GTX_1080_TI} {RTX_4090}", "", "mixed cards: GeForce GTX 1080 Ti (sm_61), GeForce RTX 4090 (sm_89)"),
        ("debian-13", f"{RTX_4090} {RTX_4090}", "", "PCIe lanes"),
        ("ubuntu-24.04", RTX_4090, "cuda=13.5", "CUDA 13.5 is newer than driver 580 (CUDA 13.0)"),
        ("ubuntu-24.04", RTX_4090, "cuda=13.2", "CUDA 13.2 is newer than driver 580 (CUDA 13.0)"),
        ("debian-13", RTX_4090, "driver=550 cuda=12.*", None),
        ("ubuntu-24.04", GTX_1080_TI, "pytorch=2.14", "PyTorch 2.14.0: its wheels are not locked"),
    ],
)  # fmt: skip
def test_what_needs_care_is_said(
    system: str, cards: str, wishes: str, words: str | None
) -> None:
    said = stack(system, cards, wishes).warnings
    assert any((words or "driver 550") in warning for warning in said)


@pytest.mark.parametrize(
    ("system", "cards", "layer", "words"),
    [
        ("debian-13", RTX_4090, "fabricmanager", "no NVSwitch"),
        ("debian-13", RTX_4090, "nccl", "one GPU"),
        ("debian-13", "", "driver", "no GPU"),
        ("debian-13", "", "cudnn", "no CUDA toolkit"),
        ("debian-13", RTX_4090, "jax", "not asked for"),
        ("ubuntu-24.04", RTX_5090, "tensorflow", "RTX 5090"),
        ("ubuntu-26.04", RTX_4090, "tensorflow", "Python 3.14"),
        # What would serve the card is a build that is not locked yet; a newer one without its code is beside the point.
        ("ubuntu-26.04", GTX_1080_TI, "pytorch", "2.14.0 (cu126)"),
        ("debian-12", f"{H100} {H100}", "nccl", "H100"),
    ],
)  # fmt: skip
def test_a_layer_that_is_left_out_says_why(
    system: str, cards: str, layer: str, words: str
) -> None:
    assert words in stack(system, cards).skipped[layer]


def test_every_layer_is_either_chosen_or_left_out_for_a_reason() -> None:
    layers = set(LAYER_OF.values())
    for system, cards, wishes, _ in STACKS:
        got = stack(system, cards, wishes)
        assert {*got.choices, *got.skipped} == layers
        assert not {*got.choices} & {*got.skipped}
        assert all(got.skipped.values())
        assert all(choice.reason for choice in got.choices.values())


@pytest.mark.parametrize(
    ("system", "cards", "wishes", "more", "toolkits"),
    [
        ("debian-13", RTX_4090, "", ("13.5", "13.2"), ["12.4 distro", "13.5 wheels", "13.2 wheels"]),
        ("debian-12", RTX_4090, "", ("13.1",), ["11.8 distro", "13.1 nvidia"]),
        ("debian-12", RTX_4090, "cuda=13.5 driver=>=580", ("11.8",), ["13.5 wheels", "11.8 distro"]),
        ("debian-13", RTX_4090, "cuda=none", ("12.4",), ["12.4 distro"]),
        ("debian-13", GTX_1080_TI, "", ("12.4",), ["12.4 distro"]),
    ],
)  # fmt: skip
def test_toolkits_stand_side_by_side(
    system: str, cards: str, wishes: str, more: tuple[str, ...], toolkits: list[str]
) -> None:
    got = stack(system, cards, wishes, more_toolkits=more)
    assert [f"{toolkit.release} {toolkit.source}" for toolkit in got.toolkits] == toolkits


def test_the_first_toolkit_has_the_libraries_and_a_driver_that_runs_it() -> None:
    got = stack("debian-13", RTX_4090, more_toolkits=("13.5",))
    assert [got.runs(toolkit) for toolkit in got.toolkits] == [True, False]
    assert got.cudnn
    assert got.cudnn.cuda == 12


def test_a_toolkit_beside_the_first_that_does_not_compile_for_the_card_is_refused() -> None:
    got = asked("debian-13", GTX_1080_TI, more_toolkits=("13.5",))
    assert isinstance(got, Refusal)
    assert "CUDA 13.5 does not compile for a GeForce GTX 1080 Ti" in got.because
    assert got.nearest is None


def test_without_python_there_is_no_framework() -> None:
    got = asked("debian-13", RTX_4090, "python=none")
    assert isinstance(got, Refusal) or got.frameworks == {}


@pytest.mark.parametrize(
    ("system", "cards", "wishes", "repository"),
    [
        ("debian-13", GTX_1080_TI, "", None),
        ("debian-13", RTX_5090, "", ("debian13", "8793F200")),
        ("debian-12", RTX_5090, "", ("debian12", "3bf863cc")),
        ("ubuntu-24.04", RTX_4090, "", None),
        ("ubuntu-24.04", RTX_4090, "cuda=12.8", ("ubuntu2404", "3bf863cc")),
        ("ubuntu-26.04", RTX_4090, "cuda=13.3", ("ubuntu2604", "60DF8A40")),
        ("debian-12", A100, "driver=535 cuda_compat=12.8", ("debian12", "3bf863cc")),
    ],
)
def test_nvidias_repository_is_added_where_something_comes_from_it(
    system: str, cards: str, wishes: str, repository: tuple[str, str] | None
) -> None:
    got = stack(system, cards, wishes).repository
    assert (got and (got.tag, got.key)) == repository


def test_disk_is_the_sum_of_the_layers() -> None:
    everything = stack("debian-13", f"{GTX_1080_TI} {GTX_1080_TI}")
    assert everything.disk_gb == pytest.approx(1.5 + 1.0 + 3.0 + 1.1 + 0.4 + 5.5 + 6.5)
    assert stack("debian-13", "", "pytorch=none tensorflow=none").disk_gb == pytest.approx(1.5)


UNKNOWN = Unknown(unknown="somebody to read it up")


def without(table: str, *path: Any) -> Catalog:
    """Return the catalogue with one fact unknown; the path's last step is the field."""

    def forget(row: Any, *steps: Any) -> Any:
        step, *rest = steps
        if isinstance(row, BaseModel):
            value = forget(getattr(row, step), *rest) if rest else UNKNOWN
            return row.model_copy(update={step: value})
        if isinstance(row, tuple):
            return tuple(
                forget(one, *rest) if (one.version, one.cuda) == step else one for one in row
            )
        return {**row, step: forget(row[step], *rest)}

    return forget(catalog(), table, *path)  # type: ignore[no-any-return]  # of whatever it was given


FORGOTTEN = [
    (("architectures", "Ada", "flavours"), "ubuntu-24.04", "", "which kernel modules drive a GeForce RTX 4090"),
    (("architectures", "Ada", "last_cudnn"), "ubuntu-24.04", "cudnn=*", "RTX 4090"),
    (("architectures", "Ada", "last_cudnn"), "ubuntu-24.04", "pytorch=*", "RTX 4090"),
    (("drivers", 595, "until"), "debian-13", "driver=595", "how long branch 595 is supported"),
    (("cuda", "toolkits", "12.8", "archs"), "ubuntu-24.04", "cuda=12.8", "CUDA 12.8"),
    (("libraries", "nccl", ("2.21.5", 11), "archs"), "ubuntu-22.04", "cuda=11.8 nccl=*", "NCCL 2.21.5"),
    (("frameworks", "pytorch", ("2.15.0", "13.2"), "archs"), "ubuntu-24.04", "pytorch=2.15", "PyTorch 2.15.0"),
    (("frameworks", "tensorflow", ("2.21.0", "12.9"), "archs"), "ubuntu-24.04", "tensorflow=2.21", "TensorFlow 2.21.0"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "system", "wishes", "words"), FORGOTTEN)
def test_what_is_unknown_is_not_allowed_and_is_called_unknown(
    path: tuple[Any, ...], system: str, wishes: str, words: str
) -> None:
    assert isinstance(asked(system, RTX_4090, wishes), Stack)
    got = asked(system, RTX_4090, wishes, facts=without(*path))
    assert isinstance(got, Refusal), told(got)
    assert "unknown" in got.because
    assert words in got.because


def test_what_is_unknown_is_passed_over_where_nothing_was_wished() -> None:
    known = "580.159.03 open distro, cuda 13.0 wheels, cudnn 9.28.1.4, pytorch {}, tensorflow 2.21.0 cu12"
    forgotten = without("frameworks", "pytorch", ("2.15.0", "13.2"), "archs")
    assert told(asked("ubuntu-24.04", RTX_4090)) == known.format("2.15.0 cu132")
    assert told(asked("ubuntu-24.04", RTX_4090, facts=forgotten)) == known.format(
        "2.14.1 cu130"
    )


def test_a_toolkit_whose_own_driver_is_unknown_counts_as_newer_than_the_driver() -> None:
    got = stack(
        "ubuntu-24.04", RTX_4090, facts=without("cuda", "toolkits", "13.0", "own_driver")
    )
    assert got.toolkits[0].release != "13.0"


@pytest.mark.parametrize(
    ("cards", "wishes", "given", "word"),
    [
        (RTX_4090, "driver=none", {}, "no driver is planned"),
        (f"{H100} {H100}", "fabricmanager=none", {"switches": "22a3"}, "error 802"),
        (GTX_1080_TI, "pytorch=2.14", {}, "dlbox catalog --lock pytorch-2.14.0-cu126"),
    ],
    ids=["no driver", "no Fabric Manager", "no lock"],
)
def test_a_wish_that_leaves_something_undone_is_warned_of(
    cards: str, wishes: str, given: dict[str, Any], word: str
) -> None:
    def warned(said: str, more: dict[str, Any]) -> bool:
        return any(word in line for line in stack("ubuntu-24.04", cards, said, **more).warnings)

    assert warned(wishes, given)
    assert not warned("", given)


@pytest.mark.parametrize(
    ("kernel", "modules"),
    [
        ("6.12.107_lab", "proprietary"),
        ("6.12.107+deb13-amd64", "proprietary"),
        ("6.12.94_lab", "open"),
        ("6.13.0-rc1", "open"),
        ("lab", "open"),
    ],
)
def test_a_kernels_number_is_read_whatever_stands_behind_it(kernel: str, modules: str) -> None:
    wish = "driver=550 flavour=open"
    got = asked("debian-13", RTX_4090, wish, kernels=[kernel])
    assert isinstance(got, Stack) == (modules == "open")
