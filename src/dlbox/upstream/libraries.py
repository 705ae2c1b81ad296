"""Update libraries.yaml with cuDNN and NCCL wheels newer than the newest row of their CUDA major."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from packaging.version import Version
from ruamel.yaml.comments import CommentedMap

from dlbox.upstream.wheel_metadata import versions
from dlbox.upstream.yaml_file import (
    Proposal,
    double_quoted,
    format_table,
    parse_table,
    table,
    unknown,
)

_PYTHON = "3.12"  # any version will do: these wheels are for every Python 3


def propose_libraries() -> Proposal:
    """Return libraries.yaml with the newest wheel of every library and CUDA major."""
    data = parse_table(table("libraries").read_text(encoding="utf-8"))
    for name, rows in data.items():
        for newest in list(newest_rows(rows)):
            package = f"nvidia-{name}-cu{newest['cuda']}"
            later = newer(versions(package, _PYTHON), str(newest["version"]))
            if later:
                rows.insert(rows.index(newest), new_row(package, newest, later[0]))
    return Proposal({table("libraries"): format_table(data)})


def newest_rows(rows: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Yield the newest row of each CUDA major."""
    majors: dict[int, Mapping[str, Any]] = {}
    for row in rows:
        known = majors.setdefault(row["cuda"], row)
        if Version(str(row["version"])) > Version(str(known["version"])):
            majors[row["cuda"]] = row
    yield from majors.values()


def newer(there: Iterable[str], than: str) -> list[str]:
    """Return the releases newer than ``than``, the newest first."""
    later = (version for version in there if Version(version) > Version(than))
    return sorted(later, key=Version, reverse=True)


def new_row(package: str, like: Mapping[str, Any], version: str) -> CommentedMap:
    """Return a row whose machine code has not been read yet."""
    row = CommentedMap(
        {
            "cuda": like["cuda"],
            "version": version,
            "archs": unknown(f"fat binaries in {package} {version}"),
            "disk_gb": like["disk_gb"],
            "source": double_quoted(f"newest cu{like['cuda']} wheel, {date.today()}"),  # noqa: DTZ011
        }
    )
    row.fa.set_flow_style()
    return row
