"""Locks of wheels: each is there, is used, and agrees with its row of the catalogue."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
from packaging.markers import Marker

from dlbox.host.layout import LOCKS, lock_text
from dlbox.stack.candidate import version_key
from dlbox.stack.catalog_loader import catalog
from dlbox.stack.catalog_schema import FrameworkRow

FACTS = catalog()
FRAMEWORKS = [(name, row) for name, rows in FACTS.frameworks.items() for row in rows]
LIBRARIES = [(name, row) for name, rows in FACTS.libraries.items() for row in rows]


def lock_of(name: str, row: FrameworkRow) -> str:
    return f"{name}-{row.version}-{row.variant}"


LOCKED = [(name, row) for name, row in FRAMEWORKS if row.locked]
USED = sorted(
    [
        *("jupyter", "uv"),
        *(f"cuda-{release}" for release in FACTS.cuda.wheels),
        *(f"{name}-cu{row.cuda}-{row.version}" for name, row in LIBRARIES),
        *(lock_of(name, row) for name, row in LOCKED),
    ]
)


def test_every_lock_is_there_and_is_used() -> None:
    assert sorted(path.stem for path in LOCKS.glob("*.txt")) == USED
    assert sorted(path.stem for path in LOCKS.glob("*.in")) == USED


def requirements(lock: str) -> list[str]:
    """Return each requirement of a lock, its continuation lines joined."""
    lines = lock_text(lock).replace("\\\n", " ").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]


@pytest.mark.parametrize("lock", USED)
def test_every_requirement_is_one_release_with_hashes_and_no_address(lock: str) -> None:
    one = re.compile(r"[a-z0-9-]+==[\w.+!-]+( ;[^\\]*?)?( +--hash=sha256:[0-9a-f]{64})+ *")
    assert [line for line in requirements(lock) if not one.fullmatch(line)] == []
    assert requirements(lock)
    assert not re.search(r"https?:|file:|git\+", lock_text(lock))


@cache
def pins(lock: str, python: str) -> Mapping[str, str]:
    """Name -> version, as installed by this Python on x86_64 Linux."""
    here = {
        "python_version": python,
        "python_full_version": f"{python}.9",
        "platform_machine": "x86_64",
        "platform_python_implementation": "CPython",
        "implementation_name": "cpython",
        "platform_system": "Linux",
        "sys_platform": "linux",
        "os_name": "posix",
    }
    found: dict[str, str] = {}
    for line in requirements(lock):
        pin, _, marker = line.partition("--hash")[0].partition(";")
        name, _, version = pin.strip().partition("==")
        if not marker.strip() or Marker(marker).evaluate(here):
            assert name not in found, f"{lock}: {name} twice on Python {python}"
            found[name] = version
    return found


def pythons(row: FrameworkRow) -> list[str]:
    first, last = (version_key(version)[1] for version in row.python)
    return [f"3.{minor}" for minor in range(max(first, 10), last + 1)]


@pytest.mark.parametrize(
    ("name", "row", "python"),
    [
        pytest.param(name, row, python, id=f"{lock_of(name, row)} on {python}")
        for name, row in LOCKED
        for python in pythons(row)
    ],
)
def test_a_frameworks_lock_agrees_with_its_row(
    name: str, row: FrameworkRow, python: str
) -> None:
    found = pins(lock_of(name, row), python)
    major = version_key(row.cuda)[0]
    runtime = "nvidia-cuda-runtime-cu12" if major == 12 else "nvidia-cuda-runtime"
    assert found[{"pytorch": "torch"}.get(name, name)] == row.version
    assert found[f"nvidia-cudnn-cu{major}"] == row.cudnn
    assert found[f"nvidia-nccl-cu{major}"] == row.nccl
    assert found[runtime].startswith(f"{row.cuda}.")
    assert "ipykernel" in found


def test_every_system_has_a_locked_pytorch() -> None:
    for name, system in FACTS.systems.items():
        fit = [
            row
            for framework, row in LOCKED
            if framework == "pytorch"
            and version_key(row.python[0])
            <= version_key(system.python)
            <= version_key(row.python[1])
        ]
        assert fit, name


@pytest.mark.parametrize(("name", "row"), LIBRARIES)
@pytest.mark.parametrize("python", ["3.10", "3.14"])
def test_a_librarys_lock_agrees_with_its_row(name: str, row: Any, python: str) -> None:
    found = pins(f"{name}-cu{row.cuda}-{row.version}", python)
    assert found == {f"nvidia-{name}-cu{row.cuda}": row.version}


@pytest.mark.parametrize("release", FACTS.cuda.wheels)
@pytest.mark.parametrize("python", ["3.10", "3.14"])
def test_a_toolkits_lock_agrees_with_its_row(release: str, python: str) -> None:
    found = pins(f"cuda-{release}", python)
    for package in ("cuda-toolkit", "nvidia-cuda-nvcc", "nvidia-cuda-runtime"):
        assert found[package].startswith(f"{release}."), package


@pytest.mark.parametrize("lock", USED)
def test_what_a_lock_was_asked_for_is_what_it_pins(lock: str) -> None:
    asked = (LOCKS / f"{lock}.in").read_text(encoding="utf-8")
    wanted = re.findall(r"^([a-z0-9-]+)(?:\[[^]]*\])?==(\S+)", asked, flags=re.MULTILINE)
    pinned = {line.partition(" ")[0] for line in requirements(lock)}
    assert [pair for pair in wanted if "==".join(pair) not in pinned] == []


@pytest.mark.parametrize("python", [system.python for system in FACTS.systems.values()])
def test_jupyter_and_uv_install_on_every_systems_python(python: str) -> None:
    assert pins("uv", python)["uv"]
    assert pins("jupyter", python)["jupyterlab"]
