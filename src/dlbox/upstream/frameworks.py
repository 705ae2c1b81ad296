"""Update frameworks.yaml from the METADATA of every indexed row, and add newer releases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

from packaging.version import Version
from ruamel.yaml.comments import CommentedMap

from dlbox.upstream.libraries import newer
from dlbox.upstream.wheel_metadata import (
    Wheel,
    corrections,
    fetch_metadata,
    first_python,
    package,
    versions,
)
from dlbox.upstream.yaml_file import (
    Proposal,
    double_quoted,
    format_table,
    pair,
    parse_table,
    table,
    unknown,
)

_AT_ONCE = 2  # an old pip downloads the wheel to read its METADATA


def propose_frameworks() -> Proposal:
    """Return frameworks.yaml with every row's wheel read again, and with newer releases."""
    data = parse_table(table("frameworks").read_text(encoding="utf-8"))
    rows = [(name, row) for name, rows in data.items() for row in rows_in_index(rows)]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for (_, row), fields in zip(rows, pool.map(_read, rows), strict=True):
            row.update(fields)
        later = list(pool.map(_newest, _heads(data)))
        for name, row in filter(None, reversed(later)):
            data[name].insert(0, row)
    return Proposal({table("frameworks"): format_table(data)})


def rows_in_index(rows: list[Any]) -> list[Any]:
    """Return the rows whose wheels the package index has."""
    return [row for row in rows if "index" not in row]


def _heads(data: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the newest row of each framework; for JAX, which releases all variants, of each variant."""
    for name, rows in data.items():
        seen: set[str] = set()
        for row in sorted(rows_in_index(rows), key=_release, reverse=True):
            if package(name, row["variant"]) not in seen:
                seen.add(package(name, row["variant"]))
                yield name, row


def _release(row: Mapping[str, Any]) -> Version:
    return Version(str(row["version"]))


def _read(place: tuple[str, Any]) -> dict[str, Any]:
    name, row = place
    wanted, version = package(name, row["variant"]), str(row["version"])
    first, last = map(str, row["python"])
    wheel = fetch_metadata(wanted, version, last)
    found = pythons(wheel, wanted, last)
    fields: dict[str, Any] = corrections(row, wheel)
    if "cuda" in fields:
        fields["cuda"] = double_quoted(fields["cuda"])
    return fields if found == (first, last) else {**fields, "python": pair(*found)}


def pythons(wheel: Wheel, wanted: str, known: str) -> tuple[str, str]:
    """Return the first and the last Python that have a wheel, starting from one that has one."""
    first, last = first_python(wheel), known
    while wheel.version not in versions(wanted, first):
        first = _next(first)
    while wheel.version in versions(wanted, _next(last)):
        last = _next(last)
    return first, last


def _next(python: str) -> str:
    return f"3.{int(python.split('.')[1]) + 1}"


def _newest(place: tuple[str, Any]) -> tuple[str, CommentedMap] | None:
    name, known = place
    wanted, python = package(name, known["variant"]), str(known["python"][1])
    later = newer(versions(wanted, python), str(known["version"]))
    if not later:
        return None
    wheel = fetch_metadata(wanted, later[0], python)
    return name, new_row(name, known, wheel, pythons(wheel, wanted, python))


def new_row(
    name: str, known: Mapping[str, Any], wheel: Wheel, between: tuple[str, str]
) -> CommentedMap:
    """Return the row of a release whose machine code has not been read yet."""
    fields = {key: str(known[key]) for key in ("cuda", "cudnn", "nccl")} | corrections(
        known, wheel
    )
    cuda = fields["cuda"]
    variant = f"cu{cuda.replace('.', '')}" if name == "pytorch" else known["variant"]
    return CommentedMap(
        {
            "version": wheel.version,
            "variant": variant,
            "python": pair(*between),
            "cuda": double_quoted(cuda),
            "cudnn": fields["cudnn"],
            "nccl": fields["nccl"],
            "archs": unknown(f"the machine code in the {wheel.name} {wheel.version} wheel"),
            "disk_gb": known["disk_gb"],
            "source": f"METADATA, {date.today()}",  # noqa: DTZ011
        }
    )
