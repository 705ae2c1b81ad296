"""Parts of a stack."""

from __future__ import annotations

import pytest

from dlbox.stack.components import Driver

DRIVER = Driver(
    branch=550,
    version="550.163.01",
    pin="550.",
    flavour="proprietary",
    source="distro",
    module="nvidia-kernel-dkms",
    same=("nvidia-smi", "libcuda1"),
    own=("nvidia-persistenced",),
    desktop=("nvidia-driver",),
    cuda="12.4",
)


@pytest.mark.parametrize(
    ("same", "holder"),
    [
        (("nvidia-smi", "libcuda1", "libnvidia-cfg1"), "libcuda1"),
        (("nvidia-utils-580", "libnvidia-compute-580"), "libnvidia-compute-580"),
        (("libnvidia-cfg1", "libnvidia-compute"), "libnvidia-compute"),
    ],
)
def test_whoever_packages_it_libcuda_is_in_one_package(
    same: tuple[str, ...], holder: str
) -> None:
    assert DRIVER.model_copy(update={"same": same}).libcuda == holder
