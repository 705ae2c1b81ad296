"""The catalogue and its locks: every fact has a source, and no two contradict each other."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.markers import Marker

from dlbox import catalog as texts
from dlbox.host.layout import LOCKS, lock_text
from dlbox.stack.candidate import version_key
from dlbox.stack.catalog_loader import Catalog, catalog, unknowns
from dlbox.stack.catalog_schema import FrameworkName, FrameworkRow, Row, Toolkits, Unknown
from dlbox.stack.layers import LAYERS
from dlbox.stack.layers.driver import candidates
from dlbox.stack.problem import Problem

FACTS = catalog()
FOLDER = Path(texts.__file__).parent
TEXTS = {path.stem: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.yaml")}
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


# --- Sources, and what is not known.


def rows(value: object, place: str) -> Iterator[tuple[str, Row]]:
    """Yield every row of the catalogue with its place."""
    if isinstance(value, Row):
        yield place, value
        for field in type(value).model_fields:
            yield from rows(getattr(value, field), f"{place} {field}")
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from rows(one, f"{place} {key}")
    elif isinstance(value, tuple):
        for at, one in enumerate(value):
            yield from rows(one, f"{place} {at}")


def source_of(row: Row) -> str:
    return str(getattr(row, "origin", None) or getattr(row, "source", ""))


def test_every_row_says_where_and_when_it_was_read() -> None:
    silent = [
        place
        for place, row in rows(FACTS, "")
        if not isinstance(row, Unknown | Catalog | Toolkits)
        and not re.search(r"\b20\d\d-\d\d-\d\d\b", source_of(row))
    ]
    assert silent == []


def test_no_source_is_of_a_day_to_come() -> None:
    days = {
        day for text in TEXTS.values() for day in re.findall(r"read (20\d\d-\d\d-\d\d)", text)
    }
    assert days
    assert max(days) <= "2026-12-31"


def raw_unknowns(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        if set(value) == {"unknown"}:
            yield value["unknown"]
            return
        for one in value.values():
            yield from raw_unknowns(one)
    elif isinstance(value, list):
        for one in value:
            yield from raw_unknowns(one)


def test_every_unknown_of_the_texts_is_listed_and_says_what_would_settle_it() -> None:
    listed = dict(unknowns(FACTS))
    written = [said for text in TEXTS.values() for said in raw_unknowns(yaml.safe_load(text))]
    assert sorted(listed.values()) == sorted(written)
    code = "\n".join(
        line
        for text in TEXTS.values()
        for line in text.splitlines()
        if line.lstrip()[:1] != "#"
    )
    assert len(listed) == len(re.findall(r"\bunknown:", code))
    assert all(len(said.split()) > 3 for said in listed.values())


def test_every_file_is_a_table_and_every_table_a_file() -> None:
    assert set(TEXTS) == {*Catalog.model_fields, "gpus"}


def test_a_misspelt_field_is_an_error() -> None:
    row = yaml.safe_load(TEXTS["architectures"])["Ada"] | {"last_drivers": 580}
    with pytest.raises(ValueError, match="last_drivers"):
        type(FACTS.architectures["Ada"]).model_validate(row)


# --- Tables that speak of each other.


@pytest.mark.parametrize(("name", "system"), FACTS.systems.items())
def test_what_a_system_offers_has_a_row_of_its_own(name: str, system: Any) -> None:
    branches = [row.branch for row in system.drivers] + [*system.nvidia.drivers]
    releases = [row.release for row in system.toolkits] + [*system.nvidia.toolkits]
    assert [branch for branch in branches if branch not in FACTS.drivers] == []
    assert [release for release in releases if release not in FACTS.cuda.toolkits] == []
    assert all(row.version in FACTS.drivers[row.branch].versions for row in system.drivers)
    keys = [
        key for key in FACTS.sources["nvidia"].keys.values() if system.nvidia.tag in key.tags
    ]
    assert len(keys) == 1
    assert name in {"debian-12", "debian-13", "ubuntu-22.04", "ubuntu-24.04", "ubuntu-26.04"}


@pytest.mark.parametrize("system", FACTS.systems)
def test_every_layer_can_name_its_candidates_on_every_system(system: str) -> None:
    problem = Problem((), (), system, (), FACTS, FACTS.systems[system].until)
    for name, layer in LAYERS.items():
        found = list(layer.candidates(problem))
        assert found, name
        assert all(candidate.layer == name for candidate in found)
        assert all(candidate.version for candidate in found)
    drivers = [(row.label, row.version) for row in candidates(problem)]
    assert len(drivers) == len(set(drivers))


def test_repositories_without_580_are_debian13s_and_ubuntu2604s() -> None:
    without = [name for name, row in FACTS.systems.items() if 580 not in row.nvidia.drivers]
    assert without == ["debian-13", "ubuntu-26.04"]
    assert min(FACTS.systems["ubuntu-26.04"].nvidia.drivers) == 595
    assert min(FACTS.systems["debian-13"].nvidia.drivers) == 590


@pytest.mark.parametrize(
    ("branch", "cuda"),
    [
        *((470, "11.4"), (535, "12.2"), (550, "12.4"), (570, "12.8"), (580, "13.0")),
        *((590, "13.1"), (595, "13.2"), (610, "13.3"), (615, "13.4")),
    ],
)
def test_a_branch_and_its_cuda_name_each_other(branch: int, cuda: str) -> None:
    assert FACTS.drivers[branch].cuda == cuda
    if cuda in FACTS.cuda.toolkits:
        assert FACTS.cuda.toolkits[cuda].own_driver == branch


@pytest.mark.parametrize(("major", "branch"), [(11, 450), (12, 525), (13, 580)])
def test_a_cuda_major_runs_from_a_branch_on(major: int, branch: int) -> None:
    assert FACTS.cuda.majors[major].min_driver == branch


@pytest.mark.parametrize(
    ("architecture", "first", "last", "flavours", "cudnn"),
    [
        ("Maxwell", None, 580, ("proprietary",), "9.10.2"),
        ("Pascal", None, 580, ("proprietary",), "9.10.2"),
        ("Volta", None, 580, ("proprietary",), "9.10.2"),
        ("Turing", None, None, ("proprietary", "open"), None),
        ("Ampere", None, None, ("proprietary", "open"), None),
        ("Ada", None, None, ("proprietary", "open"), None),
        ("Hopper", None, None, ("proprietary", "open"), None),
        ("Blackwell", 570, None, ("open",), None),
    ],
)
def test_what_an_architecture_can_be_given(
    architecture: str,
    first: int | None,
    last: int | None,
    flavours: tuple[str, ...],
    cudnn: str | None,
) -> None:
    row = FACTS.architectures[architecture]
    assert (row.first_driver, row.last_driver, row.flavours, row.last_cudnn) == (
        *(first, last, flavours),
        cudnn,
    )


def test_kepler_ends_with_470_and_rubin_begins_with_615() -> None:
    assert FACTS.architectures["Kepler"].last_driver == 470
    assert FACTS.architectures["Rubin"].first_driver == 615
    assert FACTS.architectures["Blackwell"].first_driver_by_id == {"10de:2c3a": 595}


def test_no_proprietary_modules_from_615_on() -> None:
    assert [branch for branch, row in FACTS.drivers.items() if row.flavours == ("open",)] == [
        *(615, 620),
    ]


@pytest.mark.parametrize(("release", "row"), FACTS.compat.items())
def test_cuda_compat_is_of_its_releases_own_branch_and_goes_over_older_ones(
    release: str, row: Any
) -> None:
    own = FACTS.cuda.toolkits[release].own_driver
    assert isinstance(own, Unknown) or own == row.driver
    assert isinstance(row.over, Unknown) or max(row.over) < row.driver


@pytest.mark.parametrize(("release", "row"), FACTS.cuda.toolkits.items())
def test_what_a_toolkit_compiles_for(release: str, row: Any) -> None:
    has = {
        "sm_35": version_key(release) < (12,),
        "sm_50": version_key(release) < (13,),
        "sm_61": version_key(release) < (13,),
        "sm_70": version_key(release) < (13,),
        "sm_75": True,
        "sm_90": True,
        "sm_100": version_key(release) >= (12, 8),
        "sm_103": version_key(release) >= (12, 9),
        "sm_120": version_key(release) >= (12, 8),
        "sm_107": version_key(release) >= (13, 4),
    }
    assert {arch: arch in row.archs for arch in has} == has


def test_a_withdrawn_driver_is_not_among_those_to_be_had() -> None:
    for row in FACTS.drivers.values():
        assert not set(row.withdrawn) & set(row.versions)
        assert [*row.versions] == sorted(row.versions, key=version_key)
    assert FACTS.drivers[580].withdrawn == ("580.126.09",)


def test_a_kernel_rule_is_about_a_driver_that_some_system_has() -> None:
    packaged = {row.version for system in FACTS.systems.values() for row in system.drivers}
    assert {bad.driver for bad in FACTS.kernels} <= packaged
    assert all(bad.first.startswith(f"{bad.series}.") for bad in FACTS.kernels)


@pytest.mark.parametrize("name", FACTS.frameworks)
def test_frameworks_are_listed_once_and_the_newest_first(name: FrameworkName) -> None:
    listed = FACTS.frameworks[name]
    assert [row.version for row in listed] == sorted(
        (row.version for row in listed), key=version_key, reverse=True
    )
    assert len({(row.version, row.variant) for row in listed}) == len(listed)
    assert all(version_key(row.python[0]) <= version_key(row.python[1]) for row in listed)
    assert {version_key(row.cuda)[0] for row in listed} <= set(FACTS.cuda.majors)


@pytest.mark.parametrize(
    ("version", "variant", "archs"),
    [
        ("2.7.1", "cu126", "sm_50 sm_60 sm_70 sm_75 sm_80 sm_86 sm_90"),
        ("2.8.0", "cu128", "sm_70 sm_75 sm_80 sm_86 sm_90 sm_100 sm_120"),
        ("2.10.0", "cu128", "sm_70 sm_75 sm_80 sm_86 sm_90 sm_100 sm_120"),
        ("2.11.0", "cu130", "sm_75 sm_80 sm_86 sm_90 sm_100 sm_120"),
        ("2.14.0", "cu126", "sm_50 sm_60 sm_70 sm_75 sm_80 sm_86 sm_90"),
        ("2.15.0", "cu132", "sm_75 sm_80 sm_86 sm_90 sm_100 sm_120"),
    ],
)
def test_pytorch_holds_the_machine_code_that_was_read_in_its_wheels(
    version: str, variant: str, archs: str
) -> None:
    listed = FACTS.frameworks["pytorch"]
    [row] = [row for row in listed if (row.version, row.variant) == (version, variant)]
    assert row.archs == tuple(archs.split())


# --- Locks.


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
