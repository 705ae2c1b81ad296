"""Facts about the outside world; every row states where and when it was read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).with_name("data")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read(table: str) -> Any:
    """Return one table of ``data/``, by name."""
    text = (DATA / f"{table}.yaml").read_text(encoding="utf-8")
    return yaml.load(text, Loader=_LOADER)  # noqa: S506 - a safe loader, C or Python
