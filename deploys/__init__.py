"""The verbs of ``./dlbox``: one file, one verb."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def located(inventory: str) -> str:
    """Find the inventory file where the caller stands, else in the checkout.

    What is no file, such as ``@local`` or a host name, comes back as it is.
    """
    for place in (Path(os.environ.get("DLBOX_CWD", ".")), ROOT):
        if (place / inventory).is_file():
            return str(place / inventory)
    return inventory
