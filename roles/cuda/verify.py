"""Checks that hold after the cuda role has run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from testinfra.host import Host

from dlbox.host.identity import Identity
from dlbox.stack.components import Toolkit
from dlbox.stack.model import Stack
from dlbox.verify.probes import encoded_version
from roles.cuda.manifest import home

PROBE = Path(__file__).with_name("probe.cu").read_text(encoding="utf-8")


@pytest.fixture
def toolkits(stack: Stack) -> tuple[Toolkit, ...]:
    """Return the planned toolkits, the box's default first."""
    if not stack.toolkits:
        pytest.skip("no CUDA toolkit is planned")
    return stack.toolkits


@pytest.fixture
def folder(box: Host) -> Iterator[str]:
    """Yield a scratch folder on the box."""
    made = str(box.check_output("mktemp -d"))
    yield made
    box.run_test("rm -rf %s", made)


def test_nvcc_is_the_planned_release(box: Host, toolkits: tuple[Toolkit, ...]) -> None:
    for toolkit in toolkits:
        said = box.check_output(f"{home(toolkit)}/bin/nvcc --version")
        assert f"release {toolkit.release}," in said


def test_the_first_toolkit_is_everybodys(box: Host, toolkits: tuple[Toolkit, ...]) -> None:
    assert box.check_output("readlink -f /usr/local/cuda") == home(toolkits[0])
    assert box.check_output("bash -lc 'command -v nvcc'") == "/usr/local/cuda/bin/nvcc"


def test_no_global_library_path(box: Host, toolkits: tuple[Toolkit, ...]) -> None:
    assert box.check_output("bash -lc 'echo \"[$LD_LIBRARY_PATH]\"'") == "[]"


def test_packaged_toolkits_have_the_planned_version(
    box: Host, toolkits: tuple[Toolkit, ...]
) -> None:
    for toolkit in (toolkit for toolkit in toolkits if toolkit.package):
        found = box.package(str(toolkit.package)).version
        wanted = f"{toolkit.release}."
        assert found.startswith(wanted), f"{toolkit.package} is {found}, planned {wanted}"


def test_a_program_for_the_boxs_cards_compiles_and_runs(
    box: Host, stack: Stack, toolkits: tuple[Toolkit, ...], folder: str, seen: Identity
) -> None:
    for toolkit in toolkits:
        binary = f"{folder}/probe-{toolkit.release}"
        libraries = toolkit is toolkits[0]
        compiled = box.run(_compile(stack, toolkit, binary, libraries=libraries), PROBE)
        assert compiled.succeeded, f"CUDA {toolkit.release}: {compiled.stderr}"
        said = box.run(binary).stdout.splitlines()
        assert said == _expected(stack, toolkit, seen, libraries=libraries)


def test_the_program_holds_code_for_the_boxs_cards(
    box: Host, stack: Stack, toolkits: tuple[Toolkit, ...], folder: str
) -> None:
    binary = f"{folder}/probe"
    box.run_test(_compile(stack, toolkits[0], binary, libraries=False), PROBE)
    said = box.check_output(f"{home(toolkits[0])}/bin/cuobjdump --list-elf {binary}")
    for capability in stack.capabilities:
        assert f"sm_{capability.replace('.', '')}." in said


def _compile(stack: Stack, toolkit: Toolkit, binary: str, *, libraries: bool) -> str:
    codes = [capability.replace(".", "") for capability in stack.capabilities]
    flags = [f"-gencode arch=compute_{code},code=sm_{code}" for code in codes]
    if libraries and stack.cudnn:
        flags.append("-DWITH_CUDNN -lcudnn")
    if libraries and stack.nccl:
        flags.append("-DWITH_NCCL -lnccl")
    nvcc = f"{home(toolkit)}/bin/nvcc -std=c++17 -x cu -"
    return f"printf %%s %s | {nvcc} -o {binary} {' '.join(flags)}"


def _expected(stack: Stack, toolkit: Toolkit, seen: Identity, *, libraries: bool) -> list[str]:
    lines = []
    if libraries and stack.cudnn:
        lines.append(f"cudnn {encoded_version(stack.cudnn.version)}")
    if libraries and stack.nccl:
        lines.append(f"nccl {encoded_version(stack.nccl.version)}")
    if not stack.runs(toolkit):
        lines.append("devices: CUDA driver version is insufficient for CUDA runtime version")
    elif seen.pci_gpus:
        lines.append("sum 499500")
    else:
        lines.append("devices: no CUDA-capable device is detected")
    return lines
