"""Locations of dlbox's own files and of the caller's files."""

from __future__ import annotations

import os
import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = PACKAGE.parents[1]
IN_CHECKOUT = (_CHECKOUT / "roles").is_dir()
ROOT = _CHECKOUT if IN_CHECKOUT else PACKAGE / "tree"
"""Folder with ``roles/``, ``deploys/``, ``inventory/`` and ``inventory.py``: the checkout, or
the copy inside an installed wheel. dlbox never writes into it."""
DEPLOYS = ROOT / "deploys"
SITE_INVENTORY = "inventory.py"
"""The file that makes a folder a site."""
CALLER = "DLBOX_CWD"
"""Environment variable: the folder in which a person typed the command."""


def enter_site() -> None:
    """Make the working directory the site: where the caller stands, if that is one.

    From elsewhere a checkout is the site itself, as it always was. Paths that somebody types are
    still those of where they stand: ``typed_path``.
    """
    here = os.environ.setdefault(CALLER, str(Path.cwd()))
    if IN_CHECKOUT and not Path(here, SITE_INVENTORY).is_file():
        os.chdir(ROOT)


def typed_path(path: str) -> Path:
    """Return a path as the person meant it, from where they stand."""
    return (Path(os.environ.get(CALLER, ".")) / Path(path).expanduser()).absolute()


def default_inventory() -> str:
    """Return the site's inventory, or this machine where there is no site."""
    return SITE_INVENTORY if Path(SITE_INVENTORY).is_file() else "@local"


def find_inventory(name: str) -> str:
    """Return the inventory file in the caller's folder, or else the one in ``ROOT``.

    Return a name that is not a file, such as ``@local`` or a host name, unchanged.
    """
    for folder in (Path(os.environ.get(CALLER, ".")), Path(), ROOT):
        if (folder / name).is_file():
            return str(folder / name)
    return name


def python_environment() -> dict[str, str]:
    """Return what Python programs that we start need to find ``dlbox`` and ``roles``."""
    ours = [str(ROOT), str(PACKAGE.parent)] if IN_CHECKOUT else [str(ROOT)]
    path = [*ours, *filter(None, [os.environ.get("PYTHONPATH")])]
    # A folder that somebody stands in is no place to import from.
    found = {**os.environ, "PYTHONPATH": os.pathsep.join(path), "PYTHONSAFEPATH": "1"}
    if sys.pycache_prefix:
        found["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix
    found.pop(CALLER, None)  # it stands where we let it
    return found


def keep_tree_clean() -> None:
    """Let Python keep what it compiles outside of an installed package, which may be anybody's."""
    if not IN_CHECKOUT and not sys.pycache_prefix:
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        sys.pycache_prefix = str(cache / "dlbox" / "bytecode")
