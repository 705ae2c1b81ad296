"""One wheel of each variant is downloaded, read and deleted; its row says what is inside."""

from typing import Any

import pytest

from dlbox.catalog import read
from tests.support.machine_code import machine_code, packages

# JAX's installation page begins at 5.2, its machine code a little earlier.
DOCUMENTED = {"cuda12": {"sm_50": "sm_52"}}

NEWEST = {
    (name, row["variant"]): row
    for name, rows in read("frameworks").items()
    for row in reversed(rows)
    if "index" not in row
}
VARIANTS = [
    *(("pytorch", variant) for variant in ("cu126", "cu128", "cu130", "cu132")),
    ("tensorflow", "cu12"),
    ("jax", "cuda12"),
    ("jax", "cuda13"),
]


@pytest.mark.parametrize(("name", "variant"), VARIANTS)
def test_a_row_lists_what_its_wheel_holds(name: str, variant: str) -> None:
    row = NEWEST[name, variant]
    inside: set[str] = set()
    for package in packages(name, variant):
        inside |= machine_code(package, row["version"], row["python"][1])
    documented = DOCUMENTED.get(variant, {})
    assert {documented.get(arch, arch) for arch in inside} == set(row["archs"].split())


LIBRARIES = {
    (name, row["cuda"]): row
    for name, rows in read("libraries").items()
    for row in reversed(rows)
}


@pytest.mark.parametrize(("name", "cuda"), [("cudnn", 12), ("nccl", 12), ("nccl", 13)])
def test_a_library_lists_what_its_wheel_holds(name: str, cuda: int) -> None:
    row: dict[str, Any] = LIBRARIES[name, cuda]
    inside = machine_code(f"nvidia-{name}-cu{cuda}", row["version"], "3.12")
    assert inside == set(row["archs"].split())
