"""What a wheel's METADATA says, held against the row of the catalogue."""

import json

import pytest
from packaging.specifiers import SpecifierSet

from dlbox.upstream.wheel_metadata import Wheel, corrections, first_python, parse_report

LINUX = 'platform_system == "Linux"'
TORCH = Wheel(
    "torch",
    "2.14.1",
    ">=3.10",
    (
        f"cuda-toolkit[cublas,cudart]==13.0.3; {LINUX}",
        f"nvidia-cudnn-cu13 (==9.24.0.43) ; {LINUX}",
        f"nvidia-nccl-cu13==2.30.7; {LINUX}",
    ),
)
TENSORFLOW = Wheel(
    "tensorflow",
    "2.20.0",
    ">=3.9.0",
    (
        'nvidia-cuda-runtime-cu12<13.0,>=12.5.82; extra == "and-cuda"',
        'nvidia-cudnn-cu12<10.0,>=9.3.0.75; extra == "and-cuda"',
        'nvidia-nccl-cu12<3.0,>=2.25.1; extra == "and-cuda"',
    ),
)


def row(cuda: str, cudnn: str, nccl: str) -> dict[str, str]:
    return {"variant": "cu", "cuda": cuda, "cudnn": cudnn, "nccl": nccl, "disk_gb": "7.5"}


@pytest.mark.parametrize(
    ("wheel", "said", "wrong"),
    [
        (TORCH, row("13.0", "9.24.0.43", "2.30.7"), {}),
        (
            TORCH,
            row("13.2", "9.24.0.4", ">=2,<3"),
            {"cuda": "13.0", "cudnn": "9.24.0.43", "nccl": "2.30.7"},
        ),
        (TENSORFLOW, row("12.5", ">=9.3.0.75,<10", ">=2.25.1,<3"), {}),
        (TENSORFLOW, row("12.9", "9.10.2.21", "2.27.7"), {}),
        (
            TENSORFLOW,
            row("12.4", "9.2.0.1", ">=2.25,<3"),
            {"cuda": "12.5", "cudnn": ">=9.3.0.75,<10", "nccl": ">=2.25.1,<3"},
        ),
    ],
)
def test_a_row_is_held_against_its_wheel(
    wheel: Wheel, said: dict[str, str], wrong: dict[str, str]
) -> None:
    assert corrections(said, wheel) == wrong


def test_metadata_is_read_from_pips_report() -> None:
    said = {"name": "torch", "version": "2.14.1", "requires_python": ">=3.10"}
    report = {"install": [{"metadata": {**said, "requires_dist": list(TORCH.requires)}}]}
    assert parse_report(json.dumps(report)) == TORCH
    assert TORCH.allows("nvidia-nccl") == SpecifierSet("==2.30.7")
    assert [first_python(wheel) for wheel in (TORCH, TENSORFLOW)] == ["3.10", "3.9"]
