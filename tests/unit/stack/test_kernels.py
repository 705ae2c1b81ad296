"""Which drivers the kernels of a box rule out."""

import pytest

from dlbox.stack.model import Refusal, Stack
from tests.support.stacks import RTX_4090, asked, format_stack, stack


@pytest.mark.parametrize(
    ("kernel", "constraints", "driver"),
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
    kernel: str | None, constraints: str, driver: str
) -> None:
    got = stack(
        "debian-13", RTX_4090, f"{constraints} cuda=none", kernels=[kernel] if kernel else []
    )
    assert format_stack(got).partition(", ")[0] == driver


def test_a_driver_asked_for_a_kernel_it_does_not_compile_on_is_refused_for_that() -> None:
    got = asked(
        "debian-13", RTX_4090, "driver=550 flavour=open", kernels=["6.12.107+deb13-amd64"]
    )
    assert isinstance(got, Refusal)
    assert "6.12.107" in got.because
    assert "pci_resize_resource" in got.because
    assert got.nearest in {"driver=595", "flavour=proprietary"}


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
    constraint = "driver=550 flavour=open"
    got = asked("debian-13", RTX_4090, constraint, kernels=[kernel])
    assert isinstance(got, Stack) == (modules == "open")
