"""Which stack a box gets, and which refusal: literals in, literals out."""

from datetime import date
from typing import Any

import pytest
from pydantic import BaseModel

from dlbox.stack.catalog_loader import Catalog, catalog
from dlbox.stack.catalog_schema import Unknown
from dlbox.stack.constraint import LAYER_OF
from dlbox.stack.model import Refusal, Stack
from tests.support.stacks import (
    A100,
    B200,
    B300,
    GTX_680,
    GTX_750_TI,
    GTX_970,
    GTX_1080_TI,
    H100,
    K80,
    L4,
    M60,
    P100,
    PRO_4500_SE,
    RTX_2080_TI,
    RTX_3090,
    RTX_4090,
    RTX_5090,
    RUBIN,
    T4,
    TITAN_V,
    V100,
    asked,
    format_stack,
    stack,
)

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


@pytest.mark.parametrize(("system", "cards", "constraints", "layers"), STACKS)
def test_a_box_gets(system: str, cards: str, constraints: str, layers: str) -> None:
    assert format_stack(asked(system, cards, constraints)) == layers


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
    assert format_stack(got) == layers
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


@pytest.mark.parametrize(("system", "cards", "constraints", "words", "nearest"), REFUSALS)
def test_a_box_is_refused(
    system: str, cards: str, constraints: str, words: str, nearest: str | None
) -> None:
    got = asked(system, cards, constraints)
    assert isinstance(got, Refusal), format_stack(got)
    assert [word for word in words.split("|") if word not in got.because] == [], got.because
    assert got.nearest == nearest, got.because


def test_a_system_that_is_not_known_is_refused_with_those_that_are() -> None:
    assert asked("fedora-40", RTX_4090) == Refusal(
        because="fedora-40 is not supported; take debian-12, debian-13, ubuntu-22.04, ubuntu-24.04, ubuntu-26.04",
        nearest=None,
    )


def test_every_word_is_asked_for_somewhere_above() -> None:
    rows = [constraints for _, _, constraints, *_ in STACKS] + [row[2] for row in REFUSALS]
    words = {
        constraint.partition("=")[0]
        for constraints in rows
        for constraint in constraints.split()
    }
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
    assert format_stack(got).partition(", ")[0] == driver


def test_every_layer_is_either_chosen_or_left_out_for_a_reason() -> None:
    layers = set(LAYER_OF.values())
    for system, cards, constraints, _ in STACKS:
        got = stack(system, cards, constraints)
        assert {*got.choices, *got.skipped} == layers
        assert not {*got.choices} & {*got.skipped}
        assert all(got.skipped.values())
        assert all(choice.reason for choice in got.choices.values())


@pytest.mark.parametrize(
    ("system", "cards", "constraints", "more", "toolkits"),
    [
        ("debian-13", RTX_4090, "", ("13.5", "13.2"), ["12.4 distro", "13.5 wheels", "13.2 wheels"]),
        ("debian-12", RTX_4090, "", ("13.1",), ["11.8 distro", "13.1 nvidia"]),
        ("debian-12", RTX_4090, "cuda=13.5 driver=>=580", ("11.8",), ["13.5 wheels", "11.8 distro"]),
        ("debian-13", RTX_4090, "cuda=none", ("12.4",), ["12.4 distro"]),
        ("debian-13", GTX_1080_TI, "", ("12.4",), ["12.4 distro"]),
    ],
)  # fmt: skip
def test_toolkits_stand_side_by_side(
    system: str, cards: str, constraints: str, more: tuple[str, ...], toolkits: list[str]
) -> None:
    got = stack(system, cards, constraints, more_toolkits=more)
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


@pytest.mark.parametrize("variant", ["*", "cuda12", "cuda13"])
def test_a_variant_says_nothing_of_a_framework_that_is_not_wanted(variant: str) -> None:
    got = stack("ubuntu-24.04", RTX_4090, f"jax=none jax_variant={variant}")
    assert got.skipped["jax"] == "not wanted"
    assert got == stack("ubuntu-24.04", RTX_4090, "jax=none")


def test_without_python_there_is_no_framework() -> None:
    got = asked("debian-13", RTX_4090, "python=none")
    assert isinstance(got, Refusal) or got.frameworks == {}


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


@pytest.mark.parametrize(("path", "system", "constraints", "words"), FORGOTTEN)
def test_what_is_unknown_is_not_allowed_and_is_called_unknown(
    path: tuple[Any, ...], system: str, constraints: str, words: str
) -> None:
    assert isinstance(asked(system, RTX_4090, constraints), Stack)
    got = asked(system, RTX_4090, constraints, facts=without(*path))
    assert isinstance(got, Refusal), format_stack(got)
    assert "unknown" in got.because
    assert words in got.because


def test_what_is_unknown_is_passed_over_where_nothing_was_asked_for() -> None:
    known = "580.159.03 open distro, cuda 13.0 wheels, cudnn 9.28.1.4, pytorch {}, tensorflow 2.21.0 cu12"
    forgotten = without("frameworks", "pytorch", ("2.15.0", "13.2"), "archs")
    assert format_stack(asked("ubuntu-24.04", RTX_4090)) == known.format("2.15.0 cu132")
    assert format_stack(asked("ubuntu-24.04", RTX_4090, facts=forgotten)) == known.format(
        "2.14.1 cu130"
    )


def test_a_toolkit_whose_own_driver_is_unknown_counts_as_newer_than_the_driver() -> None:
    got = stack(
        "ubuntu-24.04", RTX_4090, facts=without("cuda", "toolkits", "13.0", "own_driver")
    )
    assert got.toolkits[0].release != "13.0"
