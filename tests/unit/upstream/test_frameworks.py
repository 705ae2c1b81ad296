"""The row of a framework's new release."""

from dlbox.upstream.frameworks import new_row
from dlbox.upstream.wheel_metadata import Wheel
from dlbox.upstream.yaml_file import format_table

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
KNOWN = {
    "variant": "cu",
    "cuda": "13.2",
    "cudnn": "9.26.0.51",
    "nccl": "2.30.7",
    "disk_gb": "7.5",
}


def test_a_new_release_is_a_row_whose_machine_code_is_unknown() -> None:
    made = new_row("pytorch", KNOWN, TORCH, ("3.10", "3.14"))
    assert format_table({"pytorch": [made]}).startswith(
        "pytorch:\n  - version: 2.14.1\n    variant: cu130\n"
        '    python: ["3.10", "3.14"]\n    cuda: "13.0"\n    cudnn: 9.24.0.43\n'
        '    nccl: 2.30.7\n    archs: {unknown: "the machine code in the torch 2.14.1 wheel"}\n'
    )
