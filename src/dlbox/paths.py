"""Locations of dlbox's own files and of the caller's files."""

from __future__ import annotations

import os
import sys
from importlib.util import cache_from_source
from pathlib import Path

from dlbox.errors import BadInput

PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = PACKAGE.parents[1]
IN_CHECKOUT = (_CHECKOUT / "roles").is_dir()
ROOT = _CHECKOUT if IN_CHECKOUT else PACKAGE / "tree"
"""Folder with ``roles/``, ``deploys/``, ``inventory/`` and ``inventory.py``: the checkout, or
the copy inside an installed wheel. dlbox never writes into it."""
DEPLOYS = ROOT / "deploys"
SITE_INVENTORY = "inventory.py"
"""Name of the file that makes a folder a site."""
CALLER = "DLBOX_CWD"
"""Environment variable with the folder in which a person typed the command."""


def enter_site() -> None:
    """Make the site the working directory: the caller's folder, if that is a site.

    Elsewhere a checkout is itself the site, as it always was. Paths on the command line stay
    relative to the caller's folder: see ``typed_path``. Raises BadInput.
    """
    try:
        here = os.environ.setdefault(CALLER, str(Path.cwd()))
    except FileNotFoundError as error:
        msg = "the working directory is gone | change into one that exists"
        raise BadInput(msg) from error
    if Path(here, SITE_INVENTORY).is_file():
        os.chdir(here)
    elif IN_CHECKOUT:
        os.chdir(ROOT)


def typed_path(path: str) -> Path:
    """Return a typed path as the person meant it: relative to the caller's folder."""
    return (Path(os.environ.get(CALLER, ".")) / Path(path).expanduser()).absolute()


def default_inventory() -> str:
    """Return the inventory of the site, or ``@local`` (this machine) if there is no site."""
    return SITE_INVENTORY if Path(SITE_INVENTORY).is_file() else "@local"


def find_inventory(name: str) -> str:
    """Return the inventory file in the caller's folder, else the site's, else the one in ``ROOT``.

    Return a name that is not a file, such as ``@local`` or a host name, unchanged.
    """
    for folder in (Path(os.environ.get(CALLER, ".")), Path(), ROOT):
        if (folder / name).is_file():
            return str(folder / name)
    return name


def python_environment() -> dict[str, str]:
    """Return the environment in which a Python program finds ``dlbox`` and ``roles``."""
    own = [str(ROOT), str(PACKAGE.parent)] if IN_CHECKOUT else [str(ROOT)]
    path = [*own, *filter(None, [os.environ.get("PYTHONPATH")])]
    # Python must not import from the folder in which a person runs dlbox.
    found = {**os.environ, "PYTHONPATH": os.pathsep.join(path), "PYTHONSAFEPATH": "1"}
    if sys.pycache_prefix:
        found["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix
    if not IN_CHECKOUT and sys.dont_write_bytecode:
        found["PYTHONDONTWRITEBYTECODE"] = "1"
    found.pop(CALLER, None)  # dlbox chooses the folder of the program
    return found


def keep_tree_clean() -> None:
    """Let Python write bytecode outside an installed package, which may belong to anyone."""
    if IN_CHECKOUT:
        return
    if Path(cache_from_source(str(ROOT / "roles" / "__init__.py"))).exists():
        sys.dont_write_bytecode = True  # pip has compiled all of it
    else:
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        sys.pycache_prefix = str(cache / "dlbox" / "bytecode")
