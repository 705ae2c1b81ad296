"""Every row whose wheel the package index has says what the wheel's METADATA says."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from dlbox.catalog import read
from dlbox.upstream.frameworks import pythons, rows_in_index
from dlbox.upstream.wheel_metadata import Wheel, corrections, fetch_metadata, package

ROWS = {
    f"{name} {row['version']} {row['variant']}": (name, row)
    for name, rows in read("frameworks").items()
    for row in rows_in_index(rows)
}


def wheel(name: str, row: dict[str, Any]) -> Wheel:
    return fetch_metadata(package(name, row["variant"]), row["version"], row["python"][1])


@pytest.fixture(scope="module")
def wheels() -> dict[str, Wheel]:
    """Every wheel's METADATA, two at a time: an old pip downloads the wheel to read it."""
    with ThreadPoolExecutor(2) as pool:
        return dict(
            zip(ROWS, pool.map(lambda place: wheel(*place), ROWS.values()), strict=True)
        )


@pytest.mark.parametrize("place", ROWS)
def test_a_row_pins_what_its_wheel_pins(place: str, wheels: dict[str, Wheel]) -> None:
    name, row = ROWS[place]
    assert wheels[place].version == row["version"]
    assert corrections(row, wheels[place]) == {}
    package_name = package(name, row["variant"])
    assert list(pythons(wheels[place], package_name, row["python"][1])) == row["python"]
