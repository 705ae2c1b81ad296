"""The catalogue: every fact has a source, and no two contradict each other."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from dlbox.catalog import DATA
from dlbox.stack.candidate import version_key
from dlbox.stack.catalog_loader import Catalog, catalog, unknowns
from dlbox.stack.catalog_schema import FrameworkName, Row, Toolkits, Unknown

FACTS = catalog()
TEXTS = {path.stem: path.read_text(encoding="utf-8") for path in DATA.glob("*.yaml")}


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
