"""Where dlbox itself lies, and where the caller's own files do."""

from __future__ import annotations

import os
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = PACKAGE.parents[1]
ROOT = _CHECKOUT if (_CHECKOUT / "roles").is_dir() else PACKAGE / "tree"
"""Folder with ``roles/``, ``deploys/``, ``inventory/`` and ``inventory.py``: the checkout, or the
copy that an installed wheel carries. Nothing is written into it."""
DEPLOYS = ROOT / "deploys"


def find_inventory(name: str) -> str:
    """Return the inventory file where the caller stands, else the one in ``ROOT``.

    What is no file, such as ``@local`` or a host name, comes back as it is.
    """
    for folder in (Path(os.environ.get("DLBOX_CWD", ".")), ROOT):
        if (folder / name).is_file():
            return str(folder / name)
    return name
