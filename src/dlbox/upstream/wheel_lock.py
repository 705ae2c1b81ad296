"""Make the hash lock of one row of frameworks.yaml with uv."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from dlbox.host.layout import LOCKS
from dlbox.subprocesses import Unreadable, run_output
from dlbox.upstream.yaml_file import Proposal, format_table, parse_table, replace, table

_FIRST_PYTHON = (3, 10)


def lock_row(wanted: str) -> Proposal:
    """Write NAME-VERSION-VARIANT.in and .txt, and return the table with the row marked as locked."""
    data = parse_table(table("frameworks").read_text(encoding="utf-8"))
    name, row = select_row(data, wanted)
    source, target = LOCKS / f"{wanted}.in", LOCKS / f"{wanted}.txt"
    wants = source.read_text(encoding="utf-8") if source.exists() else requirements(name, row)
    text = _compiled(wants, row)
    if "://" in text:
        msg = f"uv: an address in the lock of {wanted}; nothing was written"
        raise Unreadable(msg)
    replace(source, wants)
    replace(target, text)
    if not row.get("locked"):
        row.insert(list(row).index("disk_gb"), "locked", value=True)
    return Proposal({table("frameworks"): format_table(data)})


def select_row(data: Mapping[str, Any], wanted: str) -> tuple[str, Any]:
    """Return the framework and the row with this lock name. Raises Unreadable."""
    for name, rows in data.items():
        for row in rows:
            if f"{name}-{row['version']}-{row['variant']}" == wanted:
                return name, row
    msg = f"frameworks.yaml has no {wanted}"
    raise Unreadable(msg)


def requirements(name: str, row: Mapping[str, Any]) -> str:
    """Return the requirements to lock.

    A wheel from an index of its own has its variant in its version.
    """
    version, variant = row["version"], row["variant"]
    if name == "pytorch":
        local = f"+{variant}" if "index" in row else ""
        return f"torch=={version}{local}\nnumpy\nipykernel\n"
    extra = "and-cuda" if name == "tensorflow" else variant
    major = re.sub(r"\D", "", variant)
    pins = "".join(
        f"nvidia-{library}-cu{major}=={row[library]}\n"
        for library in ("cudnn", "nccl")
        if str(row[library])[0].isdigit()
    )
    return f"{name}[{extra}]=={version}\n{pins}ipykernel\n"


def arguments(row: Mapping[str, Any]) -> list[str]:
    """Return the arguments for uv for one row."""
    first = tuple(int(part) for part in str(row["python"][0]).split("."))
    python = ".".join(map(str, max(first, _FIRST_PYTHON)))
    plain = ["--universal", "--python-version", python, "--generate-hashes", "--no-header"]
    plain += ["--no-annotate", "--no-emit-index-url", "--only-binary", ":all:"]
    if "index" not in row:
        return plain
    # That index also has old releases of other packages: take each package where its newest is.
    return [*plain, "--index", row["index"], "--index-strategy", "unsafe-best-match"]


def _compiled(wants: str, row: Mapping[str, Any]) -> str:
    in_venv = Path(sys.executable).with_name("uv")
    uv = shutil.which("uv") or (str(in_venv) if in_venv.exists() else "")
    if not uv:
        msg = "uv is neither in PATH nor in .venv | .venv/bin/pip install uv"
        raise Unreadable(msg)
    with TemporaryDirectory() as folder:
        source = Path(folder, "lock.in")
        source.write_text(wants, encoding="utf-8")
        return run_output(uv, "pip", "compile", "--quiet", *arguments(row), str(source))
