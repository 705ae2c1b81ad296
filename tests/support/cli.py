"""Run dlbox's verbs on boxes, as a person would, and keep what they said."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dlbox.sandbox.container import Container
from dlbox.sandbox.engine import engine
from dlbox.sandbox.mounts import HOST_CA

ROOT = Path(__file__).parents[2]


def dlbox(*words: str | Path, timeout: int = 1500) -> subprocess.CompletedProcess[str]:
    """Run ``./dlbox WORDS`` without a terminal; its output comes back as one text."""
    return _run([sys.executable, "-m", "dlbox.cli", *map(str, words)], timeout)


def bare_pyinfra(*words: str | Path, timeout: int = 1500) -> subprocess.CompletedProcess[str]:
    """Run plain pyinfra."""
    return _run([str(Path(sys.executable).with_name("pyinfra")), *map(str, words)], timeout)


def _run(argv: list[str], timeout: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        argv,
        cwd=ROOT,
        env={**os.environ, **engine().environment(), "PYTHONPATH": str(ROOT / "src")},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=timeout,
        check=False,
    )


def changed(said: str) -> list[str]:
    """Return the rows of pyinfra's results that tell of a change or an error."""
    rows = re.findall(r"^    (\S.*?)  +(\d+) +(\S+) +(\S+) +(\S+) *$", said, re.MULTILINE)
    if not rows or rows[-1][0] != "Grand total":
        return [f"no results at all: {said[-3000:]}"]
    return [row[0] for row in rows if row[2:4] != ("-", "-")]


def inventory(folder: Path, *boxes: tuple[Container, Mapping[str, Any]]) -> Path:
    """Write an inventory of boxes and their knobs; this machine's CA goes along."""
    trust = {"base_ca_bundle": str(HOST_CA)} if HOST_CA else {}
    hosts = [(box.host, {**trust, **knobs}) for box, knobs in boxes]
    file = folder / "boxes.py"
    file.write_text(f"boxes = {hosts!r}\n", encoding="utf-8")
    return file
